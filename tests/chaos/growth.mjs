// Whether a run goes on growing. Judged by its trend after the first tenth, in which engines compile, fill their caches and
// reach their usual load; never by a maximum, which is a matter of when garbage was collected.

/** How much the trend of each figure may add over the whole run.
 *
 * Memory: what was seen of healthy runs are waves (garbage of engines, their allocators' arenas; 150 MiB for a minute in
 * Firefox), which come back to within 50 MiB, the same for minutes as for an hour. A leak is larger: one pipe of 256 KiB lost in a hundred operations is 100 MiB in a minute.
 * Threads and descriptors: a worker that is being replaced while it is counted has up to two of each.
 * Listeners: those of all that still lives, of which some is garbage that is not collected yet (signals of streams and of
 * jobs that were aborted), hence a trend. What can be known exactly, workers and a signal that all jobs share, is
 * compared exactly after every round (chaos.mjs). One listener lost in a hundred operations is one in every round. */
const TOLERANCE = { rssMib: 64, heapMib: 8, handles: 1, listeners: 16, descriptors: 16, threads: 4, workerThreads: 4 };

/** The median of the slopes between all pairs (Theil and Sen), which a few odd values do not move. */
function slopeOf(values) {
  const slopes = [];
  for (let i = 0; i < values.length; i++) {
    for (let j = i + 1; j < values.length; j++) slopes.push((values[j] - values[i]) / (j - i));
  }
  return slopes.sort((a, b) => a - b)[slopes.length >> 1] ?? 0;
}

/** Of each value, as much as never goes again: a wave is over some time, however long it was, and a leak is not. */
function kept(values) {
  const floor = [...values];
  for (let i = floor.length - 2; i >= 0; i--) floor[i] = Math.min(floor[i], floor[i + 1]);
  return floor;
}

/** Not more than so many values are looked at; a run of an hour has thousands. */
const VALUES_MAX = 400;

function thinned(values) {
  const step = Math.ceil(values.length / VALUES_MAX);
  return values.filter((_, i) => i % step === 0);
}

/**
 * What has grown, in words.
 *
 * @param {Record<string, number>[]} series one footprint for each round
 * @returns {string[]}
 */
export function growthOf(series) {
  const settled = thinned(series.slice(Math.ceil(series.length / 10)));
  if (settled.length < 4) return []; // no trend to speak of
  return Object.entries(TOLERANCE).flatMap(([name, tolerance]) => {
    const values = settled.map((footprint) => footprint[name]).filter((value) => value >= 0); // neither absent nor no number;
    const grown = slopeOf(kept(values)) * (values.length - 1);
    if (!(grown > tolerance)) return [];
    return [
      `${name} grows by ${grown.toFixed(1)}, more than ${tolerance}: ${values.map((v) => v.toFixed(1)).join(' ')}`,
    ];
  });
}
