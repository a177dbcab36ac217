// Makes instances of a module and starts each, and does nothing else.

import { listen, post } from '../ways/lib/scope.mjs';

/** So many times as are asked for, so that the engine collects some of them meanwhile. */
const TIMES = 5;

listen(({ module, n }) => {
  const begin = performance.now();
  for (let i = 0; i < TIMES * n; i++) /** @type {any} */ (new WebAssembly.Instance(module).exports)._start();
  post((performance.now() - begin) / TIMES);
});
