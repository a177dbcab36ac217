// All scenarios, in the order in which a reader would want them to fail.
import { scenarios as compile } from './compile.mjs';
import { scenarios as pool } from './pool.mjs';
import { scenarios as run } from './run.mjs';
import { scenarios as spawn } from './spawn.mjs';

export const scenarios = [...run, ...spawn, ...pool, ...compile];
