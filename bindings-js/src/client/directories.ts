/** Which objects are directories of this package's: told by who makes them, so that who asks need not have their code. */

const all = /* @__PURE__ */ new WeakSet();

export function addDirectory(directory: object): void {
  all.add(directory);
}

export function isAdded(value: unknown): boolean {
  return typeof value === 'object' && value !== null && all.has(value);
}
