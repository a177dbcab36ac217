// Whether a job ended as it may.

const start = (bytes) => new TextDecoder().decode(bytes?.subarray(0, 100));

export function fail(message) {
  throw new Error(message);
}

/** The bytes, or what differs. */
export function sameBytes(actual, expected, what) {
  if (actual.length !== expected.length) fail(`${what}: ${actual.length} bytes instead of ${expected.length}`);
  samePart(actual, expected, what);
}

function samePart(actual, expected, what) {
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] !== expected[i]) fail(`${what}: byte ${i} is ${actual[i]} instead of ${expected[i]}`);
  }
}

/** What was cut short must be the beginning of what would have been. */
export function beginningOf(actual, expected, what) {
  if (actual.length > expected.length) fail(`${what}: ${actual.length} bytes, more than all ${expected.length}`);
  samePart(actual, expected, what);
}

export function describe(error) {
  if (!(error instanceof Error)) return String(error);
  const cause = error.cause === undefined ? '' : ` (cause: ${describe(error.cause)})`;
  return `${error.name} ${error.code ?? ''}: ${error.message}${cause}`;
}

/** Whether an error says that the pool was closed. */
export function saysClosed(error) {
  return error?.code === 'POOL_ESHUTDOWN' || error?.cause?.code === 'POOL_ESHUTDOWN';
}

/** Whether an error says that a directory was lost, or its job, because another job there had to be ended. */
export function saysLost(error) {
  const text = error?.message ?? '';
  return error?.name === 'LostError' ? /same cell|directory is lost/.test(text) : error?.code === 'POOL_EIO';
}

/** Whether what was asked of a pool could not be had, because it was closed, or of its directories, because they were lost. */
export function wasTaken(error, home) {
  return (home.closing && saysClosed(error)) || (home.isHurt && saysLost(error));
}

/** The job was ended by what was done to it, or with its pool, or with those that shared its cell. */
export function wasCut(error, { harm, home }) {
  return harm.explains(error) || wasTaken(error, home);
}

/**
 * @param {{value?: any, error?: any}} outcome
 * @param {any} expect what comes of it if nobody harms it
 */
export function judge(outcome, expect, situation) {
  if (outcome.error !== undefined) judgeError(outcome.error, expect, situation);
  else judgeResult(outcome.value, expect);
}

function judgeResult({ code, stdout }, expect) {
  if (expect.endless) fail(`it never ends by itself, but exited with ${code}`);
  if (expect.error) fail(`it should reject with ${expect.error}, but exited with ${code}`);
  if (code !== expect.code && !expect.anyCode) fail(`exit code ${code} instead of ${expect.code}: ${start(stdout)}`);
  if (stdout && expect.stdout) sameBytes(stdout, expect.stdout, 'stdout');
}

function judgeError(error, expect, situation) {
  if (expect.error === error.name) {
    if (expect.kinds && !expect.kinds.includes(error.kind)) fail(`a trap of kind ${error.kind}: ${error.message}`);
    if (error.output && expect.stdout) sameBytes(error.output.stdout, expect.stdout, 'stdout before the error');
    return;
  }
  if (error.name !== expect.may && !wasCut(error, situation)) fail(`it rejects with ${describe(error)}`);
  if (error.output && expect.stdout) beginningOf(error.output.stdout, expect.stdout, 'stdout before it was cut');
}
