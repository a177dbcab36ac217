// What of a failed part's output is shown: the lines that say what failed, with what follows them, and the end.

const SAYS_SO = /\bFAILED\b|\bfailed:|\bnot ok\b|Error 1$/;
const FOLLOWING = 8;
const FINDINGS_MAX = 40;
const END_LINES = 15;

/** @param {string} output @returns {string[]} */
export function excerptOf(output) {
  const lines = output.trimEnd().split('\n');
  const isShown = new Set();
  for (const [i, line] of lines.entries()) {
    if (isShown.size >= FINDINGS_MAX) break;
    if (SAYS_SO.test(line)) for (let j = i; j <= i + FOLLOWING; j++) isShown.add(j);
  }
  const end = lines.length - END_LINES;
  return lines.flatMap((line, i) => {
    if (i >= end || isShown.has(i)) return [line];
    return i > 0 && isShown.has(i - 1) ? ['[…]'] : [];
  });
}
