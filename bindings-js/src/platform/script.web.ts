/** Starting threads of a browser from a script.
 *
 * A script of ours is fetched once, and its text is a blob from which every thread starts: so there is one request however many
 * threads, it may be of another origin, needs no headers of its own, and if it is a page that says "not found" we can tell.
 * Where the page's policy takes no blobs, threads start from its URL. */
import { errorText } from './error-text.js';
import { FallbackChild } from './fallback.js';
import { placeOf } from './place.js';
import { NoScriptError, type Script, ScriptError, type ScriptPlace } from './platform.js';
import { type Child } from './scope.js';
import { webChild } from './scope.web.js';
import { newWorker, type WorkerUrl } from './trusted.web.js';
import { watchViolations } from './violations.web.js';

const NOT_SHARED =
  'its script is of another origin, which must serve it with Access-Control-Allow-Origin and, for a page that is ' +
  'cross-origin isolated, Cross-Origin-Resource-Policy: cross-origin';

/** What threads are started from: the second where the page refuses the first. */
type Ways = readonly [WorkerUrl, WorkerUrl?];

const ways = new Map<string, Promise<Ways>>();

/** What pages have refused once they refuse always. */
let takesBlobs = true;

/** Gets a script ready. */
export async function openScript({ url, given, isOwn }: ScriptPlace): Promise<Script> {
  if (typeof Worker !== 'function') throw new ScriptError(noWorkers());
  watchViolations();
  const [first, second] = given && isSameOrigin(url) ? [given] : await waysOf(url);
  const hint = isSameOrigin(url) ? undefined : NOT_SHARED;
  const start = <Out, In>(way: WorkerUrl, name: string): Child<Out, In> => webChild(newWorker(way, name, isOwn), hint);
  return {
    place: placeOf(url),
    spawn: <Out, In>(name: string): Child<Out, In> => {
      if (second === undefined) return start(first, name);
      if (!takesBlobs) return start(second, name);
      const refused = (): Child<Out, In> => {
        takesBlobs = false;
        return start(second, name);
      };
      return new FallbackChild<Out, In>(() => start(first, name), refused);
    },
  };
}

/** Where this runs, and what to do. */
function noWorkers(): string {
  if ('ServiceWorkerGlobalScope' in globalThis) return 'a service worker cannot start workers: make the pool in a page';
  if ('SharedWorkerGlobalScope' in globalThis)
    return 'a shared worker of this browser cannot start workers: make the pool in a page, or in a worker of one';
  return 'this place has no Worker: make the pool in a page, or in a worker of one; in a test that runs in Node, resolve "millrace" with the condition "node"';
}

/** Each URL once; one that failed may be tried again. */
function waysOf(url: string): Promise<Ways> {
  const known = ways.get(url);
  if (known) return known;
  const found = findWays(url);
  ways.set(url, found);
  found.catch(() => ways.delete(url));
  return found;
}

async function findWays(url: string): Promise<Ways> {
  const { protocol } = new URL(url);
  if (protocol === 'blob:') return [url];
  if (protocol === 'data:') return [blobOf(await (await fetch(url)).text())];
  const direct = isSameOrigin(url) ? url : blobOf(`import ${JSON.stringify(url)};`);
  const text = await textOf(url);
  if (text === undefined || !isSelfContained(text)) return [direct];
  const blob = blobOf(`${text}\n//# sourceURL=${url}`);
  return isSameOrigin(url) ? [blob, url] : [blob];
}

/** `undefined`: it cannot be read here, but may be started. */
async function textOf(url: string): Promise<string | undefined> {
  let response: Response;
  try {
    response = await fetch(url);
  } catch {
    return undefined; // the page may not connect there, or it is of another origin that does not share it
  }
  if (!response.ok) throw new NoScriptError(`got ${response.status} from ${placeOf(url)}`);
  const text = await response.text().catch((cause: unknown) => {
    throw new NoScriptError(`${placeOf(url)} broke off: ${errorText(cause)}`, { cause });
  });
  if (/^\s*<(!doctype|html|head|body)/i.test(text)) throw new NoScriptError(`got HTML from ${placeOf(url)}`);
  return text;
}

/** One of ours, as it was built: it needs to know nothing of where it is. */
function isSelfContained(text: string): boolean {
  return text.includes('millrace:') && !/import\.meta|(^|[;}\n])\s*import\s*["'{*\w]/.test(text);
}

function isSameOrigin(url: string): boolean {
  const { protocol, origin } = new URL(url);
  return protocol === 'data:' || origin === globalThis.origin;
}

/** It lives as long as the page, since any thread may have to be started again. */
function blobOf(text: string): string {
  return URL.createObjectURL(new Blob([text], { type: 'text/javascript' }));
}
