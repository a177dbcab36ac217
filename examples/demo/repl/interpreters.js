// The programs to talk to. They run as their packages have them; nobody has built them for this page.

import { Directory } from 'millrace';

/**
 * @typedef {object} Interpreter
 * @property {string} id what its jobs are called
 * @property {string} title
 * @property {string} url
 * @property {() => Promise<import('millrace').SpawnOptions>} options
 * @property {{title: string, lines: string[]}[]} tries what there is to try
 */

/** QuickJS as of WasmEdge. It takes its script from a file. @type {Interpreter} */
const quickjs = {
  id: 'qjs',
  title: 'QuickJS (4 MB)',
  url: 'programs/wasmedge_quickjs.wasm',
  options: async () => {
    const script = await (await fetch('repl/prompt.js')).text();
    return { args: ['/prompt.js'], preopens: { '/': new Directory({ 'prompt.js': script }) } };
  },
  tries: [
    { title: 'Ask me', lines: ["name = input('Who is there? ')"] },
    { title: 'Compute', lines: ['2n ** 128n'] },
    { title: 'Loop for ever', lines: ['for (;;);'] },
    { title: 'Flood', lines: ["for (;;) print('flood')"] },
  ],
};

/** CPython with its standard library. On a terminal it prompts by itself. @type {Interpreter} */
const python = {
  id: 'python',
  title: 'CPython 3.12 (26 MB)',
  url: 'programs/python.wasm',
  options: async () => ({ args: ['-q'] }),
  tries: [
    { title: 'Ask me', lines: ["name = input('Who is there? ')"] },
    { title: 'Sleep a second', lines: ["import time; time.sleep(1); print('slept')"] },
    { title: 'Loop for ever', lines: ['while True: pass', ''] },
    { title: 'Flood', lines: ["while True: print('flood')", ''] },
  ],
};

export const interpreters = [quickjs, python];
