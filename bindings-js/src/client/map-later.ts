/** The results of a map of a pool that may not be there yet. */

type Results<T> = AsyncGenerator<T, void, void>;

/** `begin` gives them, when the first is wanted. Whoever leaves waits for no result; if he leaves before that, `letGo` is
 * called. */
export function mapLater<T>(begin: () => Promise<Results<T>>, letGo?: () => void): Results<T> {
  const over: IteratorReturnResult<void> = { done: true, value: undefined };
  let begun: Promise<Results<T>> | undefined;
  /** They, once they are there and nobody has asked before. */
  let now: Results<T> | undefined;
  let nWaiting = 0;
  let isOver = false;
  const later = async (): Promise<IteratorResult<T, void>> => {
    if (isOver) return over;
    begun ??= begin();
    begun.catch(() => (isOver = true));
    nWaiting++;
    const results = await begun;
    if (--nWaiting === 0 && !isOver) now = results;
    return results.next();
  };
  const leave = async (how: (results: Results<T>) => Promise<IteratorResult<T, void>>) => {
    const results = isOver ? undefined : begun;
    if (!isOver && !begun) letGo?.();
    isOver = true;
    now = undefined;
    return results ? results.then(how, () => over) : undefined;
  };
  return {
    next: () => now?.next() ?? later(),
    return: async (value) => (await leave((results) => results.return(value))) ?? over,
    throw: async (error) => {
      await leave((results) => results.return());
      throw error;
    },
    [Symbol.asyncIterator]() {
      return this;
    },
    [Symbol.asyncDispose]: async () => {
      await leave((results) => results.return());
    },
  };
}
