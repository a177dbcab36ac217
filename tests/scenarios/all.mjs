// All scenarios by subject, in the order in which a reader would want them to fail. In a browser each subject has a page
// of its own.
import { scenarios as compile } from './compile.mjs';
import { scenarios as endless } from './endless.mjs';
import { scenarios as files } from './files.mjs';
import { scenarios as pool } from './pool.mjs';
import { scenarios as programs } from './programs.mjs';
import { scenarios as run } from './run.mjs';
import { scenarios as spawn } from './spawn.mjs';

export const subjects = { run, spawn, pool, compile, files, programs, endless };
