// Programs that must end by themselves, in Node: what keeps a process alive shows only when it should end.
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { equal } from '../scenarios/harness.mjs';

const program = fileURLToPath(new URL('program.mjs', import.meta.url));

/** Hanging is the failure that is looked for. */
const HANG_MS = 55_000;

function runProgram(name) {
  return new Promise((resolve) => {
    const options = { timeout: HANG_MS, killSignal: 'SIGKILL' };
    execFile(process.execPath, ['--expose-gc', program, name], options, (error, stdout, stderr) => {
      if (error?.killed) resolve(`does not end; it said ${stdout}${stderr}`);
      else resolve(error ? stderr : stdout);
    });
  });
}

const names = {
  sources: 'a connection that feeds a guest ends with the guest, and the process can end',
  deadlines: 'a call that ended before there was a job keeps nothing alive',
  memories: 'the memories of pools that were closed are garbage, and of those whose start was aborted',
  outlived: 'a pool that was closed is garbage although what it gave lives on',
  dropped: 'what was dropped unread is freed as garbage',
  pipes: 'pipes that were dropped are freed as garbage',
  instances: 'instances and maps that were dropped end as garbage',
  asleep: 'nothing wakes the threads of a pool that has nothing to do',
  unasked: 'a default pool that idles does not keep the process',
  warnings: 'guests that share the stderr of a program with many workers are no reason to warn',
  draining: 'a process waits until a pool that closes gracefully is closed',
  closing: 'a directory that is closed while it moves into a pool is given back once',
  directories: 'directories that were dropped are freed as garbage',
};

export const scenarios = Object.entries(names).map(([program, name]) => ({
  name: `process: ${name}`,
  run: async () => equal(await runProgram(program), 'done\n'),
}));
