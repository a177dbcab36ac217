// Numbers for people.

/** @param {number} ms */
export function milliseconds(ms) {
  return `${Math.round(ms).toLocaleString('en-US')} ms`;
}

/** @param {number} ms */
export function seconds(ms) {
  return ms < 100 ? milliseconds(ms) : `${(ms / 1000).toFixed(ms < 9950 ? 2 : 1)} s`;
}

/**
 * @param {number} n
 * @param {string} noun
 */
export function counted(n, noun) {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}

/** The browser's name and version, from what it says of itself. */
export function browserName(agent = navigator.userAgent) {
  const known = [/(Firefox)\/(\d+)/, /(Edg)\/(\d+)/, /(Chrome)\/(\d+)/, /(Version)\/(\d+[.\d]*).*Safari/];
  /** @type {Record<string, string>} */
  const names = { Edg: 'Edge', Version: /Mac|iPhone|iPad/.test(agent) ? 'Safari' : 'WebKit' };
  for (const pattern of known) {
    const [, name, version] = agent.match(pattern) ?? [];
    if (name) return `${names[name] ?? name} ${version}`;
  }
  return 'an unknown browser';
}
