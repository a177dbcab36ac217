// A plugin that asks this page to fetch: all that this page does with Millrace is here.

import { openPlugin, RpcError } from 'millrace/plugin';

/** @typedef {{bytes: number, lines: number, words: number, longest: string, commonest: string, times: number}} Digest */
/** @typedef {(from: string, to: string, text: string) => void} OnMessage told who says what to whom */

/**
 * @param {import('millrace').Pool} pool
 * @param {OnMessage} onMessage
 */
export function openDigest(pool, onMessage) {
  return openPlugin(pool, 'guests/digest.gen.wasm', { methods: { fetch: (params) => fetchFor(params, onMessage) } });
}

/**
 * What the plugin may have, and nothing else: it has no network of its own, and the page decides.
 *
 * @param {{url: string}} params
 * @param {OnMessage} onMessage
 */
async function fetchFor({ url }, onMessage) {
  onMessage('plugin', 'page', `fetch(${url})`);
  try {
    const text = await textOf(url, onMessage);
    onMessage('page', 'plugin', `the text, ${text.length.toLocaleString('en-US')} characters`);
    return text;
  } catch (error) {
    onMessage('page', 'plugin', `error: ${error.message}`);
    throw error;
  }
}

/**
 * @param {string} url
 * @param {OnMessage} onMessage
 */
async function textOf(url, onMessage) {
  const { origin } = new URL(url, document.baseURI);
  if (origin !== location.origin) throw new RpcError(403, `this page fetches nothing from ${origin}`);
  onMessage('page', 'server', `GET ${url}`);
  const response = await fetch(url);
  onMessage('server', 'page', `${response.status} ${response.statusText}`);
  if (!response.ok) throw new RpcError(response.status, `the server answered ${response.status}`);
  return response.text();
}

/**
 * The plugin's answer, for which it asks the page in between.
 *
 * @param {import('millrace/plugin').Plugin} plugin
 * @param {string} url
 * @param {OnMessage} onMessage
 * @returns {Promise<Digest>}
 */
export async function digest(plugin, url, onMessage) {
  onMessage('page', 'plugin', `digest(${url})`);
  try {
    const answer = /** @type {Digest} */ (await plugin.call('digest', { url }));
    onMessage('plugin', 'page', `the digest: ${answer.words.toLocaleString('en-US')} words`);
    return answer;
  } catch (error) {
    onMessage('plugin', 'page', `error: ${error.message}`);
    throw error;
  }
}
