// Whole programs that nobody here wrote, from the call that starts a compiled one to its exit code and all of its output.

import { expect, timed, withPatience } from '../lib/measure.mjs';
import { programs } from '../programs/list.mjs';
import { startWasmer } from '../rivals/wasmer.mjs';
import { rowOf } from './guests.mjs';

/** @typedef {import('../programs/list.mjs').Program} Program */
/** @typedef {(program: Program, module: WebAssembly.Module) => Promise<number>} Run answers milliseconds */

/** @param {Program} program @param {string} stdout */
function check({ name, isRight }, stdout) {
  expect(isRight(stdout), true, `what ${name} wrote, "${stdout.slice(0, 100)}", is right:`);
}

/** From the same bytes as the others, so the directory is made of them anew. @returns {Run} */
function ours(/** @type {import('../lib/context.mjs').Build} */ { pool, millrace }) {
  return async (program, module) => {
    const [args, stdin] = [program.args('/'), program.stdin];
    let directory, result;
    const ms = await timed(async () => {
      directory = new millrace.Directory({ ...program.files });
      const options = { name: program.argv0, args, stdin, preopens: { '/': directory }, maxOutput: 1 << 27 };
      result = await pool.run(module, options);
    });
    await directory.close();
    expect(result.code, 0, `the exit code of ${program.name} (${result.stderrText})`);
    check(program, program.isBinary ? String(result.stdout.length) : result.stdoutText);
    return ms;
  };
}

/** In a worker, on an implementation of WASI in JavaScript. @returns {Run} */
function inWorker(/** @type {import('../lib/context.mjs').RivalWorker} */ worker, /** @type {string} */ runtime) {
  return async ({ isRight, ...program }, module) => {
    const { argv0, args, stdin, files, isBinary } = program;
    const answer = new Promise((resolve) => worker.onMessage(resolve));
    let result = { code: 1, stdout: '', error: '' };
    const ms = await timed(async () => {
      worker.post({ runtime, module, args: [argv0, ...args('/')], stdin, files, isBinary });
      result = await answer;
    });
    expect(result.code, 0, `the exit code of ${program.name} on ${runtime} (${result.error})`);
    check({ isRight, ...program }, result.stdout);
    return ms;
  };
}

/** @param {import('../lib/context.mjs').Context} context @returns {Promise<{runs: Record<string, Run>, close: () => Promise<void>}>} */
async function openRuns({ env, builds }) {
  const worker = await env.startWorker(new URL('../rivals/programs-worker.mjs', import.meta.url));
  const wasmer = await startWasmer(env);
  const { runNodeWasi } = env;
  /** @type {Record<string, Run>} */
  const runs = Object.fromEntries(builds.map((build) => [build.label, ours(build)]));
  runs['browser_wasi_shim'] = inWorker(worker, 'browser_wasi_shim');
  runs['Runno'] = inWorker(worker, 'Runno');
  if (runNodeWasi) {
    runs['node:wasi'] = async (program) => {
      const { path, argv0, args, stdin, files } = program;
      const { stdout, ms } = await runNodeWasi({ path, args: [argv0, ...args('/')], stdin, files });
      check(program, program.isBinary ? String(stdout.length) : stdout);
      return ms;
    };
  }
  if (wasmer) {
    runs['@wasmer/sdk'] = async (program) => {
      const { stdout, ms } = await wasmer.run(program);
      check(program, stdout);
      return ms;
    };
  }
  return {
    runs,
    close: async () => {
      worker.terminate();
      await wasmer?.close();
    },
  };
}

/**
 * Runs it once everywhere.
 *
 * @param {Program} program
 * @param {WebAssembly.Module} module
 * @param {Record<string, Run>} runs
 * @returns {Promise<import('../lib/figures.mjs').Cannot[]>} who does not do it, and what was seen of it; never ours
 */
async function tryAll(program, module, runs) {
  const cannot = [];
  for (const [label, run] of Object.entries(runs)) {
    try {
      if (program.not[label]) throw new Error(program.not[label]);
      await withPatience(run(program, module));
    } catch (error) {
      if (label === 'ours') throw error;
      cannot.push({ label, reason: /** @type {Error} */ (error).message.split('\n')[0].slice(0, 160) });
    }
  }
  return cannot;
}

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'programs',
  group: 'programs',
  counts: () => ({ rounds: 7, warmups: 0 }), // trying it was the warm-up
  open: async (context) => {
    const { runs, close } = await openRuns(context);
    /** @type {Record<string, () => Promise<number>>} */
    const variants = {};
    const rows = [];
    for (const program of await programs(context)) {
      const module = await WebAssembly.compileStreaming(await context.env.fetchFile(program.path));
      const cannot = await tryAll(program, module, runs);
      const able = Object.keys(runs).filter((label) => cannot.every((each) => each.label !== label));
      for (const label of able) variants[`${program.name}: ${label}`] = () => runs[label](program, module);
      const rivals = able.filter((label) => label !== 'ours');
      rows.push({ ...rowOf(program.name, 'ms', rivals), about: program.about, cannot });
    }
    return { variants, rows, close };
  },
};
