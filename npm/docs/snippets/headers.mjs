// Configurations of hosts that only their owners can run, read as those document them: which headers a page gets.

/** A host's pattern that means every path. @param {string} pattern @param {string} where */
function requireAll(pattern, where) {
  if (!['/*', '/(.*)', '/:path*'].includes(pattern)) throw new Error(`${where}: ${pattern} is not for every path`);
}

/** @param {string} code lines of "Name: value" */
export function fromLines(code) {
  const lines = code.split('\n').filter((line) => line.trim());
  const pairs = lines.map((line) => {
    const match = /^\s*([\w-]+): (\S.*)$/.exec(line);
    if (!match) throw new Error(`it is no header: ${line}`);
    return [match[1], match[2].trim()];
  });
  return Object.fromEntries(pairs);
}

/** Netlify's and Cloudflare's file `_headers`. @param {{ code: string, where: string }} fence */
export function fromHeadersFile({ code, where }) {
  const [pattern, ...lines] = code.trimEnd().split('\n');
  requireAll(pattern, where);
  if (!lines.every((line) => line.startsWith('  '))) throw new Error(`${where}: headers are indented`);
  return fromLines(lines.join('\n'));
}

/** `vercel.json`. @param {{ code: string, where: string }} fence */
export function fromVercel({ code, where }) {
  const [{ source, headers }] = JSON.parse(code).headers;
  requireAll(source, where);
  return Object.fromEntries(headers.map(({ key, value }) => [key, value]));
}

/** `netlify.toml`. @param {{ code: string, where: string }} fence @param {(text: string) => any} parseToml */
export function fromNetlify({ code, where }, parseToml) {
  const [{ for: pattern, values }] = parseToml(code).headers;
  requireAll(pattern, where);
  return values;
}

/** `next.config.mjs`. @param {{ where: string }} fence @param {any} config what the file exports */
export async function fromNext({ where }, config) {
  const [{ source, headers }] = await config.headers();
  requireAll(source, where);
  return Object.fromEntries(headers.map(({ key, value }) => [key, value]));
}
