// Reads the names of the exports to keep, one a line, and prints the graph that wasm-metadce wants.
import { readFileSync } from 'node:fs';

const always = [
  '_emscripten_wasm_worker_initialize',
  '__wasm_call_ctors',
  '__indirect_function_table',
  '_emscripten_stack_restore',
  'emscripten_stack_get_current',
];
const names = [...readFileSync(0, 'utf8').split(/\s+/).filter(Boolean), ...always];
const nodes = names.map((name) => ({ name, export: name }));
console.log(JSON.stringify([{ name: 'root', root: true, reaches: names }, ...nodes], null, 1));
