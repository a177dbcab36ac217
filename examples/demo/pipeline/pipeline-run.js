// Three programs joined by pipes: all that this page does with Millrace is here. As a shell would say it:
//
//   stages words < spring | stages without the and … | stages tally > basin

const STAGES = 'guests/stages.gen.wasm';

/** Small, so that one sees it fill. Left alone, a pipe has 256 KiB. */
export const PIPE_BYTES = 8192;

/** Words that say nothing, and endings of file names. */
const LITTLE_WORDS = (
  'a an and are as at be but by can for from has have if in is it its no not of on one or so that the their them then ' +
  'there they this to was what when which who with c h s t js ts md'
).split(' ');

export const STAGE_NAMES = ['words', 'without', 'tally'];

/** @typedef {{taken: number, given: number}} Counts bytes that a stage has read and written, from its beginning */

/**
 * Runs until the spring ends or the signal aborts.
 *
 * @param {import('millrace').Pool} pool
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} spring
 * @param {WritableStream<Uint8Array<ArrayBuffer>>} basin
 * @param {(stage: number, counts: Counts) => void} onCounts
 * @param {AbortSignal} signal
 */
export function runPipeline(pool, spring, basin, onCounts, signal) {
  const stage = (/** @type {number} */ n) => ({
    pipeCapacity: PIPE_BYTES,
    stderr: countReader((counts) => onCounts(n, counts)),
  });
  return pool.pipeline(
    [STAGES, { args: ['-c', 'words'], stdin: spring, ...stage(0) }],
    [STAGES, { args: ['-c', 'without', ...LITTLE_WORDS], ...stage(1) }],
    [STAGES, { args: ['-c', 'tally'], stdout: basin, ...stage(2) }],
    { signal },
  );
}

/**
 * Reads what a stage says of itself on its stderr, "IN OUT" a line. Of the lines that come at once, the last is the newest.
 *
 * @param {(counts: Counts) => void} onCounts
 */
function countReader(onCounts) {
  const decoder = new TextDecoder();
  let rest = '';
  return new WritableStream({
    write(bytes) {
      const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      const newest = lines.at(-1);
      if (newest === undefined) return;
      const [taken, given] = newest.split(' ').map(Number);
      onCounts({ taken, given });
    },
  });
}
