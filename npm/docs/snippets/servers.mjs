// Configurations in a real server: nginx and Apache as Debian has them, and Vite.
import { spawn } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { guard } from '../../../tests/browser/processes.mjs';
import { installServers } from '../tools/install.mjs';

const WAIT_MS = 20_000;

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((done) => server.once('listening', done));
  const { port } = server.address();
  await new Promise((done) => server.close(done));
  return port;
}

/** Waits until it answers. A server that ends, says why. */
async function answers(url, child, said) {
  for (const end = Date.now() + WAIT_MS; Date.now() < end;) {
    if (child.exitCode !== null) throw new Error(`the server ended: ${said()}`);
    if (await fetch(url).catch(() => undefined)) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`the server did not answer: ${said()}`);
}

/** @param {string} program @param {string[]} args @param {object} env @param {number} port */
async function start(program, args, env, port) {
  const child = spawn(program, args, { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (said += data));
  const release = guard(() => child.kill('SIGKILL'));
  const url = `http://127.0.0.1:${port}`;
  const close = async () => {
    const ended = child.exitCode === null ? new Promise((done) => child.once('exit', done)) : undefined;
    child.kill('SIGTERM');
    await ended;
    release();
  };
  try {
    await answers(`${url}/index.html`, child, () => said);
  } catch (error) {
    await close();
    throw error;
  }
  return { url, close };
}

/** @param {import('./fences.mjs').Fence} fence with one server in it */
export async function startNginx({ code }, { folder, site }) {
  const system = await installServers();
  const port = await freePort();
  const work = `${folder}/nginx`;
  mkdirSync(work, { recursive: true });
  const server = code.replace(/listen [^;]+;/, `listen 127.0.0.1:${port};`).replace(/root [^;]+;/, `root ${site};`);
  const temps = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${work}/${name};`,
  );
  const http = [`include ${system}/etc/nginx/mime.types;`, 'access_log off;', ...temps, server].join('\n');
  const user = process.getuid() === 0 ? 'user root;' : '';
  const own = `daemon off; pid ${work}/pid; error_log ${work}/error.log; ${user}\nevents {}\n`;
  writeFileSync(`${work}/nginx.conf`, `${own}http {\n${http}\n}\n`);
  return start(
    `${system}/usr/sbin/nginx`,
    ['-p', work, '-c', `${work}/nginx.conf`, '-e', `${work}/error.log`],
    {},
    port,
  );
}

/** @param {import('./fences.mjs').Fence} fence a file `.htaccess` */
export async function startApache({ code }, { folder, site }) {
  const system = await installServers();
  const port = await freePort();
  const work = `${folder}/apache`;
  mkdirSync(work, { recursive: true });
  writeFileSync(`${site}/.htaccess`, code);
  const modules = ['mpm_event', 'authz_core', 'dir', 'mime', 'headers'];
  const lines = [
    `ServerRoot ${work}`,
    'ServerName localhost',
    `Listen 127.0.0.1:${port}`,
    `PidFile ${work}/pid`,
    `ErrorLog ${work}/error.log`,
    ...modules.map((name) => `LoadModule ${name}_module ${system}/usr/lib/apache2/modules/mod_${name}.so`),
    'TypesConfig /etc/mime.types',
    'AddType text/javascript .js',
    `DocumentRoot ${site}`,
    `<Directory ${site}>\nAllowOverride All\nOptions FollowSymLinks\n</Directory>`,
  ];
  writeFileSync(`${work}/httpd.conf`, `${lines.join('\n')}\n`);
  const libraries = `${system}/usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const args = ['-X', '-f', `${work}/httpd.conf`];
  return start(`${system}/usr/sbin/apache2`, args, { LD_LIBRARY_PATH: libraries }, port);
}

const VITE_PAGE = '<!doctype html>\n<body></body>\n<script type="module" src="/main.js"></script>\n';

/** @param {import('./fences.mjs').Fence} fence a file `vite.config.js` @param {string} script of the site */
export async function startVite({ code, id }, { folder, site, modules }, script) {
  const work = `${folder}/${id}`;
  mkdirSync(`${work}/public`, { recursive: true });
  mkdirSync(`${work}/node_modules`);
  for (const name of ['vite', 'millrace']) {
    symlinkSync(
      name === 'vite' ? `${modules}/vite` : `${folder}/node_modules/millrace`,
      `${work}/node_modules/${name}`,
    );
  }
  symlinkSync(`${site}/cat.wasm`, `${work}/public/cat.wasm`);
  writeFileSync(`${work}/vite.config.mjs`, code);
  writeFileSync(`${work}/index.html`, VITE_PAGE);
  writeFileSync(`${work}/main.js`, script.replace('/millrace/index.js', 'millrace'));
  const { createServer: createVite } = await import(pathToFileURL(`${modules}/vite/dist/node/index.js`).href);
  const own = { port: await freePort(), host: '127.0.0.1', fs: { strict: false } };
  const config = { root: work, configFile: `${work}/vite.config.mjs`, cacheDir: `${work}/cache`, server: own };
  const vite = await createVite({ ...config, logLevel: 'error', clearScreen: false });
  await vite.listen();
  return { url: `http://127.0.0.1:${own.port}`, close: () => vite.close() };
}
