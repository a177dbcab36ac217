// All scenarios by subject, in the order in which a reader would want them to fail. In a browser each subject has a page
// of its own.
import { scenarios as bytes } from './bytes.mjs';
import { scenarios as call } from './call.mjs';
import { scenarios as cells } from './cells.mjs';
import { scenarios as circles } from './circles.mjs';
import { scenarios as clocks } from './clocks.mjs';
import { scenarios as closing } from './closing.mjs';
import { scenarios as compile } from './compile.mjs';
import { scenarios as deadlines } from './deadlines.mjs';
import { scenarios as defaultPool } from './default-pool.mjs';
import { scenarios as depths } from './depths.mjs';
import { scenarios as endless } from './endless.mjs';
import { scenarios as files } from './files.mjs';
import { scenarios as gates } from './gates.mjs';
import { scenarios as host } from './host.mjs';
import { scenarios as huge } from './huge.mjs';
import { scenarios as imports } from './imports.mjs';
import { scenarios as instances } from './instances.mjs';
import { scenarios as logs } from './logs.mjs';
import { scenarios as maps } from './maps.mjs';
import { scenarios as memory } from './memory.mjs';
import { scenarios as modules } from './modules.mjs';
import { scenarios as output } from './output.mjs';
import { scenarios as page } from './page.mjs';
import { scenarios as outputs } from './outputs.mjs';
import { scenarios as pipelines } from './pipelines.mjs';
import { scenarios as pluginWire } from './plugin-wire.mjs';
import { scenarios as plugins } from './plugins.mjs';
import { scenarios as pool } from './pool.mjs';
import { scenarios as clang } from './programs/clang.mjs';
import { scenarios as go } from './programs/go.mjs';
import { scenarios as php } from './programs/php.mjs';
import { scenarios as python } from './programs/python.mjs';
import { scenarios as quickjs } from './programs/quickjs.mjs';
import { scenarios as ruby } from './programs/ruby.mjs';
import { scenarios as rust } from './programs/rust.mjs';
import { scenarios as sqlite } from './programs/sqlite.mjs';
import { scenarios as run } from './run.mjs';
import { scenarios as spawn } from './spawn.mjs';
import { scenarios as starting } from './starting.mjs';
import { scenarios as stats } from './stats.mjs';
import { scenarios as streams } from './streams.mjs';
import { scenarios as terminal } from './terminal.mjs';
import { scenarios as traps } from './traps.mjs';
import { scenarios as workers } from './workers.mjs';

const programs = { python, sqlite, php, ruby, quickjs, clang, rust, go };

export const subjects = {
  run,
  spawn,
  streams,
  output,
  host,
  outputs,
  pipelines,
  traps,
  terminal,
  deadlines,
  depths,
  pool,
  starting,
  'default-pool': defaultPool,
  cells,
  circles,
  closing,
  stats,
  logs,
  memory,
  call,
  imports,
  instances,
  maps,
  bytes,
  plugins,
  'plugin-wire': pluginWire,
  compile,
  modules,
  clocks,
  page,
  workers,
  files,
  huge,
  gates,
  ...programs,
  endless,
};
