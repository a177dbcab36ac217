// How code travels into a page and its value back: as text both ways, so that
// no driver's own idea of serialisation shows.

/**
 * One expression: a promise, never rejected, for a string which `pageResult`
 * reads.
 *
 * @param {string | Function} code an expression, or a function to call
 * @param {unknown[]} args JSON values
 * @returns {string}
 */
export function pageExpression(code, args) {
  // The line break ends a comment at the end of an expression.
  const source = typeof code === 'function' ? String(code) : `() => (${code}\n)`;
  return `(async () => {
    try {
      const value = await (${source})(...${JSON.stringify(args)});
      return JSON.stringify({ value });
    } catch (thrown) {
      const isObject = typeof thrown === 'object' && thrown !== null;
      return JSON.stringify({
        thrown: {
          name: isObject ? String(thrown.name) : '',
          message: isObject ? String(thrown.message) : String(thrown),
          stack: isObject ? String(thrown.stack) : '',
        },
      });
    }
  })()`;
}

/**
 * @param {string} text
 * @returns {any}
 */
export function pageResult(text) {
  const { value, thrown } = JSON.parse(text);
  if (thrown === undefined) return value;
  const error = new Error(thrown.message);
  error.name = thrown.name || 'Error';
  // V8 repeats the message in the stack, the other engines do not.
  const heading = `${error.name}: ${thrown.message}`;
  error.stack = thrown.stack.startsWith(heading) ? thrown.stack : `${heading}\n${thrown.stack}`;
  throw error;
}
