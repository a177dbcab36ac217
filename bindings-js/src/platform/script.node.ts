/** Starting threads of Node from a script. */
import { Worker, type WorkerOptions } from 'node:worker_threads';
import { placeOf } from './place.js';
import type { Script, ScriptPlace } from './platform.js';
import { nodeChild } from './scope.node.js';

/** What Node refuses for a script that is a file: it is for the text of `--eval`, and threads inherit it. */
const OF_EVAL = /^--input-type(=|$)/;

export function openScript({ url }: ScriptPlace): Promise<Script> {
  return Promise.resolve({
    place: placeOf(url),
    spawn: (name) => nodeChild(newWorker(url, name)),
  });
}

function newWorker(url: string, name: string): Worker {
  const given = process.execArgv;
  if (!given.some((each) => OF_EVAL.test(each)) && !process.env.NODE_OPTIONS?.includes('--input-type')) {
    return new Worker(new URL(url), { name });
  }
  const execArgv = given.filter((each, i) => !OF_EVAL.test(each) && given[i - 1] !== '--input-type');
  const env = { ...process.env, NODE_OPTIONS: '' };
  return withSome(new URL(url), { name, env }, execArgv);
}

/** Some options are for the whole process, and Node takes none of these for a thread. */
function withSome(url: URL, options: WorkerOptions, execArgv: string[]): Worker {
  try {
    return new Worker(url, { ...options, execArgv });
  } catch {
    return new Worker(url, { ...options, execArgv: [] });
  }
}
