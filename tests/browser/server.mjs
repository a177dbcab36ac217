// A static file server for the browser tests: by default it makes its pages
// cross-origin isolated, which is what SharedArrayBuffer asks of a page.

import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import { extname, join, resolve, sep } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';

/** @typedef {import('node:http').IncomingMessage} Request */
/** @typedef {import('node:http').ServerResponse} Response */
/** @typedef {(req: Request, res: Response) => void | Promise<void>} Handler */

const ADDRESS = '127.0.0.1';

/** @type {Record<string, string>} */
const MIME_TYPES = {
  '.css': 'text/css; charset=utf-8',
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.map': 'application/json; charset=utf-8',
  '.mjs': 'text/javascript; charset=utf-8',
  '.png': 'image/png',
  '.svg': 'image/svg+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  // Without the exact type, WebAssembly.compileStreaming refuses.
  '.wasm': 'application/wasm',
};

const ISOLATION_HEADERS = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/**
 * Serves the files below `root` on the loopback address.
 *
 * `routes` maps an exact path ("/slow.wasm", without the query) to a handler
 * which answers in place of a file. The isolation and cache headers are already
 * set on its response; a handler that wants them gone calls `removeHeader`.
 *
 * @param {object} options
 * @param {string} options.root
 * @param {number} [options.port] 0 takes any free port
 * @param {boolean} [options.isolated] false leaves the isolation headers out
 * @param {Record<string, string>} [options.headers] others, of every answer
 * @param {Record<string, Handler>} [options.routes]
 * @returns {Promise<{url: string, close: () => Promise<void>}>} `url` has no
 *   slash at its end
 */
export async function serve({ root, port = 0, isolated = true, headers = {}, routes = {} }) {
  const all = { 'Cache-Control': 'no-store', ...(isolated ? ISOLATION_HEADERS : {}), ...headers };
  const context = { root: resolve(root), headers: all, routes };
  const server = createServer((req, res) => {
    answer(context, req, res).catch((error) => answerFailure(res, error));
  });
  const bound = await listen(server, port);
  return { url: `http://${ADDRESS}:${bound}`, close: () => closeServer(server) };
}

/**
 * @param {import('node:http').Server} server
 * @param {number} port
 * @returns {Promise<number>} the port bound
 */
function listen(server, port) {
  return new Promise((resolvePort, reject) => {
    server.once('error', reject);
    server.listen(port, ADDRESS, () => {
      server.off('error', reject);
      const address = /** @type {import('node:net').AddressInfo} */ (server.address());
      resolvePort(address.port);
    });
  });
}

/**
 * @param {import('node:http').Server} server
 * @returns {Promise<void>}
 */
function closeServer(server) {
  return new Promise((done) => {
    server.close(() => done());
    // Browsers keep connections alive; close() alone would wait for them.
    server.closeAllConnections();
  });
}

/**
 * @param {{root: string, headers: Record<string, string>, routes: Record<string, Handler>}} context
 * @param {Request} req
 * @param {Response} res
 */
async function answer(context, req, res) {
  for (const [name, value] of Object.entries(context.headers)) res.setHeader(name, value);
  const path = requestPath(req);
  if (path !== null && Object.hasOwn(context.routes, path)) {
    await context.routes[path](req, res);
    return;
  }
  if (req.method !== 'GET' && req.method !== 'HEAD') {
    res.setHeader('Allow', 'GET, HEAD');
    sendHtml(req, res, 405, 'Method not allowed');
    return;
  }
  await answerFile(context.root, path, req, res);
}

/**
 * @param {string | null} path
 * @param {string} root
 * @param {Request} req
 * @param {Response} res
 */
async function answerFile(root, path, req, res) {
  const file = path === null ? null : await findFile(root, path);
  if (file === null) {
    sendHtml(req, res, 404, 'Not found');
  } else if (file.isFolder) {
    // Relative links on an index page need the slash.
    res.writeHead(301, { Location: encodeURI(`${path}/`) }).end();
  } else {
    await sendFile(req, res, file);
  }
}

/**
 * The decoded path of a request, or null when it cannot be decoded.
 * @param {Request} req
 * @returns {string | null}
 */
function requestPath(req) {
  const raw = (req.url ?? '/').split('?', 1)[0];
  try {
    const path = decodeURIComponent(raw);
    return path.startsWith('/') && !path.includes('\0') ? path : null;
  } catch {
    return null;
  }
}

/**
 * @param {string} root absolute
 * @param {string} path
 * @returns {Promise<{name: string, size: number, isFolder: boolean} | null>}
 */
async function findFile(root, path) {
  // Checked after decoding and joining, so that %2e%2e%2f is caught as well.
  const name = join(root, path.endsWith('/') ? `${path}index.html` : path);
  const inside = root.endsWith(sep) ? root : root + sep;
  if (!name.startsWith(inside)) return null;
  try {
    const info = await stat(name);
    if (!info.isFile() && !info.isDirectory()) return null;
    return { name, size: info.size, isFolder: info.isDirectory() };
  } catch {
    return null;
  }
}

/**
 * @param {Request} req
 * @param {Response} res
 * @param {{name: string, size: number}} file
 */
async function sendFile(req, res, file) {
  res.writeHead(200, {
    'Content-Type': MIME_TYPES[extname(file.name).toLowerCase()] ?? 'application/octet-stream',
    'Content-Length': file.size,
  });
  if (req.method === 'HEAD') {
    res.end();
    return;
  }
  await pipeline(createReadStream(file.name), res);
}

/**
 * An HTML body on purpose: it is what real servers send in place of a missing
 * script or wasm file, and what a loader has to cope with.
 *
 * @param {Request} req
 * @param {Response} res
 * @param {number} status
 * @param {string} text
 */
function sendHtml(req, res, status, text) {
  const body = `<!doctype html><title>${status}</title><h1>${status} ${text}</h1>\n`;
  res.writeHead(status, {
    'Content-Type': MIME_TYPES['.html'],
    'Content-Length': Buffer.byteLength(body),
  });
  res.end(req.method === 'HEAD' ? undefined : body);
}

/**
 * @param {Response} res
 * @param {unknown} error
 */
function answerFailure(res, error) {
  // A page that went away in the middle of a file is no failure of ours.
  if (res.destroyed) return;
  if (res.headersSent) {
    res.destroy();
    return;
  }
  res.writeHead(500, { 'Content-Type': MIME_TYPES['.txt'] }).end(String(error));
}

/** `node tests/browser/server.mjs ROOT [--port 8080] [--no-isolation]` */
async function main() {
  const { positionals, values } = parseArgs({
    allowPositionals: true,
    options: {
      port: { type: 'string', default: '0' },
      'no-isolation': { type: 'boolean', default: false },
    },
  });
  const server = await serve({
    root: positionals[0] ?? '.',
    port: Number(values.port),
    isolated: !values['no-isolation'],
  });
  console.log(server.url);
}

if (process.argv[1] && resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  await main();
}
