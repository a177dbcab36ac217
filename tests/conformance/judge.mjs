// Runs tests on a runtime and judges each. The same file serves Node and pages.

/** A test that takes longer hangs; most take milliseconds. */
export const TIMEOUT_MS = 10_000;

const REASON_LENGTH = 160;

/** @typedef {import('./suite.mjs').Test} Test */
/** @typedef {{code?: number, error?: string, stdout: string, stderr: string}} Outcome no `code`: it did not exit */
/** @typedef {{group: string, name: string, reason: string}} Result the reason is empty if the test passed */

/**
 * Something that runs tests, each with fresh copies of its folders.
 * @typedef {object} Runtime
 * @property {(test: Test) => Promise<Outcome>} run
 * @property {() => Promise<void>} close
 */

/**
 * @param {Runtime} runtime
 * @param {Test[]} tests
 * @param {(name: string) => void} [onProgress]
 * @returns {Promise<Result[]>}
 */
export async function judgeAll(runtime, tests, onProgress = () => {}) {
  const results = [];
  for (const test of tests) {
    onProgress(test.name);
    results.push({ group: test.group, name: test.name, reason: await judge(runtime, test) });
  }
  await runtime.close();
  return results;
}

async function judge(runtime, test) {
  try {
    return faultOf(test, await runtime.run(test)).slice(0, REASON_LENGTH);
  } catch (error) {
    return `could not be run: ${error.message}`;
  }
}

/**
 * @param {Test} test
 * @param {Outcome} outcome
 * @returns {string}
 */
function faultOf({ exitCode, ...expected }, { code, error, ...printed }) {
  const said = printed.stderr.trim().replace(/\s+/g, ' ');
  if (code !== exitCode) return [error ?? `exit code ${code}`, said].filter(Boolean).join(': ');
  const wrong = ['stdout', 'stderr'].find((name) => (expected[name] ?? printed[name]) !== printed[name]);
  return wrong ? `${wrong} is ${JSON.stringify(printed[wrong])}` : '';
}

/** Bytes of a test's tree. */
export const decoded = (base64) => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
