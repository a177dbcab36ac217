// A Firefox that nobody drives: a page reports to its server. In one that is driven, by WebDriver BiDi, `new Worker` inside of a
// worker does not return once in thirty to a hundred pages, also where a page has nothing but bare workers.

import { mkdir, writeFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import { FIREFOX } from './launch.mjs';
import { makeScratch, startChild, within } from './processes.mjs';
import { serve } from './server.mjs';

/**
 * Opens the index page of a folder: what it posts to `/report`, as JSON.
 *
 * @param {string} root
 * @param {number} timeoutMs for starting, loading and running together
 * @returns {Promise<any>}
 */
export async function reportUnattended(root, timeoutMs) {
  /** @type {(report: unknown) => void} */
  let tell = () => {};
  const told = new Promise((resolve) => (tell = resolve));
  const server = await serve({
    root,
    routes: {
      '/report': async (req, res) => {
        tell(await json(req));
        res.end();
      },
    },
  });
  const firefox = await start(`${server.url}/`);
  try {
    return await within(told, timeoutMs, `firefox that nobody drives: no report within ${timeoutMs} ms`);
  } catch (error) {
    throw new Error(`${/** @type {Error} */ (error).message}\n${firefox.stderr()}`, { cause: error });
  } finally {
    await firefox.stop();
    await server.close();
  }
}

/** @param {string} url */
async function start(url) {
  const scratch = await makeScratch('firefox');
  const profile = `${scratch.path}/profile`;
  await mkdir(profile);
  const prefs = Object.entries(FIREFOX.extraPrefsFirefox);
  await writeFile(
    `${profile}/user.js`,
    prefs.map((pref) => `user_pref(${JSON.stringify(pref).slice(1, -1)});\n`).join(''),
  );
  const args = ['--headless', '--no-remote', '--profile', profile, url];
  const child = startChild(FIREFOX.executablePath, args, { env: scratch.env });
  return {
    stderr: child.stderr,
    stop: async () => {
      await child.stop();
      scratch.remove();
    },
  };
}
