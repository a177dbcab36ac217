/** The results of a map of a pool that may not be there yet. */

type Results<T> = AsyncGenerator<T, void, void>;

/** `begin` gives them, when the first is wanted. Whoever leaves waits for no result. */
export function mapLater<T>(begin: () => Promise<Results<T>>): Results<T> {
  const over: IteratorReturnResult<void> = { done: true, value: undefined };
  let begun: Promise<Results<T>> | undefined;
  let isOver = false;
  const leave = async (how: (results: Results<T>) => Promise<IteratorResult<T, void>>) => {
    const results = isOver ? undefined : begun;
    isOver = true;
    return results ? results.then(how, () => over) : undefined;
  };
  return {
    next: async () => {
      if (isOver) return over;
      begun ??= begin();
      begun.catch(() => (isOver = true));
      return (await begun).next();
    },
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
