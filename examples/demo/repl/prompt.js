// What QuickJS runs, as it has no prompt of its own in this build: it reads a line, evaluates it, prints what that gives, and
// again. Each read blocks all of it, in a terminal as here.

import * as std from 'std';

const UNFINISHED = /: ''$|^unexpected end of/;

/** Prints a question, and waits for a line: nothing else of this program runs meanwhile. */
globalThis.input = (question = '') => {
  std.out.puts(question);
  std.out.flush();
  return std.in.getline();
};

globalThis.print = (...values) => void std.out.puts(`${values.join(' ')}\n`);

function show(value) {
  if (value === undefined) return;
  const isData = Array.isArray(value) || Object.getPrototypeOf(Object(value)) === Object.prototype;
  print(typeof value === 'string' || isData ? JSON.stringify(value) : String(value));
}

/** Evaluates what has been typed. Answers what of it is still unfinished. */
function evaluate(source) {
  try {
    show(std.evalScript(source));
  } catch (error) {
    if (error instanceof SyntaxError && UNFINISHED.test(error.message)) return `${source}\n`;
    print(error instanceof Error ? `${error.name}: ${error.message}` : `Thrown: ${error}`);
  }
  return '';
}

let unfinished = '';
for (let line; (line = input(unfinished ? '... ' : '> ')) !== null;) {
  unfinished = line === '' ? '' : evaluate(unfinished + line);
}
