// Servers of stacks: ours for what was built, and theirs while they develop.
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { guard, killGroup } from '../../browser/processes.mjs';
import { serve } from '../../browser/server.mjs';

const READY_MS = 240_000;

/** Serves a folder. */
export async function serveFolder(t, root, options = {}) {
  const server = await serve({ root, ...options });
  t.defer(() => server.close());
  return server.url;
}

/** Starts a server of the stack's own, and waits for what it says: the address is what `pattern` finds.
 * @param {{folder: string}} project @param {RegExp} pattern */
export async function startServer(t, project, command, args, pattern, env = {}) {
  const PATH = `${join(project.folder, 'node_modules/.bin')}:${process.env.PATH}`;
  const given = { ...process.env, ...env, PATH, NO_COLOR: '1', CI: 'true' };
  const child = spawn(command, args, { cwd: project.folder, env: given, detached: true });
  const kill = () => killGroup(child.pid, 'SIGKILL');
  const release = guard(kill);
  t.defer(() => {
    kill();
    release();
  });
  let said = '';
  return new Promise((resolve, reject) => {
    const fail = (why) => reject(new Error(`${command} ${args.join(' ')}: ${why}\n${said.slice(-4000)}`));
    const timer = setTimeout(() => fail('no address in time'), READY_MS);
    const hear = (data) => {
      said += data;
      const found = pattern.exec(said);
      if (!found) return;
      clearTimeout(timer);
      resolve(found[1].replace(/\/$/, ''));
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    child.on('exit', (code) => fail(`ended with ${code}`));
  });
}
