// What of a failed part's output is shown: the lines that say what failed, with what follows them, and the end. The summary
// says the first of them again, because of a long log often only the end is at hand.

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

const FIRST_FINDINGS = 3;
const FIRST_FOLLOWING = 2;
const WIDTH = 240;

/** @param {string} output @returns {string[]} the first lines that say what failed, and a few that follow each */
export function firstFindings(output) {
  const lines = output.trimEnd().split('\n');
  const found = lines.flatMap((line, i) => (SAYS_SO.test(line) ? [i] : [])).slice(0, FIRST_FINDINGS);
  const shown = new Set(found.flatMap((i) => Array.from({ length: 1 + FIRST_FOLLOWING }, (_, j) => i + j)));
  return lines.filter((_, i) => shown.has(i)).map((line) => line.slice(0, WIDTH));
}
