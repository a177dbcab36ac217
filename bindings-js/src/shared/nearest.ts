/** Which of a few names somebody meant who wrote another one. */

/** Names are short; what is longer is no slip of the fingers. */
const NAME_CHARS_MAX = 40;

/** So many slips at most, and no more than one in three characters. */
const SLIPS_MAX = 3;

/** The name nearest to `given`, the first among equals; `undefined` if none is near. */
export function nearest(given: string, names: readonly string[]): string | undefined {
  if (given.length > NAME_CHARS_MAX) return undefined;
  let best: string | undefined;
  let fewest = Infinity;
  for (const name of names) {
    const allowed = Math.max(1, Math.min(SLIPS_MAX, Math.floor(Math.max(given.length, name.length) / 3)));
    const between = slipsBetween(given.toLowerCase(), name.toLowerCase());
    const slips = isPart(given, name) || startsAlike(given, name) ? Math.min(between, allowed) : between;
    if (slips > allowed || slips >= fewest) continue;
    [best, fewest] = [name, slips];
  }
  return best;
}

/** As "capacity" is of "pipeCapacity". */
function isPart(given: string, name: string): boolean {
  return given.length >= 4 && name.toLowerCase().includes(given.toLowerCase());
}

/** As "retry" is of "retries". */
function startsAlike(given: string, name: string): boolean {
  return given.length >= 5 && name.toLowerCase().startsWith(given.toLowerCase().slice(0, -1));
}

/** How many characters were left out, added, exchanged for another or swapped with their neighbour (the distance of Damerau
 * and Levenshtein, with each character changed once). */
function slipsBetween(one: string, other: string): number {
  let before: number[] = [];
  let last = Array.from({ length: other.length + 1 }, (_, i) => i);
  for (let i = 1; i <= one.length; i++) {
    const row = [i];
    for (let k = 1; k <= other.length; k++) {
      const differs = one[i - 1] === other[k - 1] ? 0 : 1;
      const swapped = i > 1 && k > 1 && one[i - 1] === other[k - 2] && one[i - 2] === other[k - 1];
      row.push(
        Math.min(last[k]! + 1, row[k - 1]! + 1, last[k - 1]! + differs, swapped ? before[k - 2]! + 1 : Infinity),
      );
    }
    [before, last] = [last, row];
  }
  return last[other.length]!;
}
