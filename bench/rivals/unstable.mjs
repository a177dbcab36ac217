// wasi_unstable on an implementation of wasi_snapshot_preview1, for rivals that have no other: `whence` and the struct of a file's
// stat were laid out otherwise. node:wasi takes the name for the old one, and has the numbers of the new.

const OLD_STAT_BYTES = 56;
const STAT_BYTES = 64;
/** Where in a new stat the fields begin that have moved: links, size, and three times. */
const LINKS = 24;
const REST = 32;
const OLD_LINKS = 20;
const OLD_REST = 24;
/** By the old number: the new one of "current", "end" and "set". */
const WHENCE = [1, 2, 0];

/** Old programs import wasi_unstable. @param {WebAssembly.Module} module */
export const isUnstable = (module) =>
  WebAssembly.Module.imports(module).some((each) => each.module === 'wasi_unstable');

/** A new stat is longer than what the program has room for, so what stands behind it is put back. */
function withOldStat(/** @type {(...args: any[]) => number} */ stat, /** @type {() => WebAssembly.Memory} */ memory) {
  return (/** @type {any[]} */ ...args) => {
    const at = args.at(-1) >>> 0;
    const behind = new Uint8Array(memory().buffer, at + OLD_STAT_BYTES, STAT_BYTES - OLD_STAT_BYTES).slice();
    const errno = stat(...args);
    const bytes = new Uint8Array(memory().buffer, at, STAT_BYTES);
    if (errno === 0) {
      bytes.copyWithin(OLD_LINKS, LINKS, LINKS + 4);
      bytes.copyWithin(OLD_REST, REST, STAT_BYTES);
    }
    bytes.set(behind, OLD_STAT_BYTES);
    return errno;
  };
}

/**
 * @param {any} imports those of wasi_snapshot_preview1
 * @param {() => WebAssembly.Memory} memory of the program
 */
export function unstableOf(imports, memory) {
  return {
    ...imports,
    fd_seek: (/** @type {any} */ fd, /** @type {any} */ offset, /** @type {number} */ whence, /** @type {any} */ out) =>
      imports.fd_seek(fd, offset, WHENCE[whence] ?? whence, out),
    fd_filestat_get: withOldStat(imports.fd_filestat_get, memory),
    path_filestat_get: withOldStat(imports.path_filestat_get, memory),
  };
}

/** Where the rights stand in what fd_fdstat_get gives. */
const RIGHTS = 8;

/**
 * For a rival that knows of no rights, and says so: old programs use no directory without them.
 *
 * @param {any} imports
 * @param {() => WebAssembly.Memory} memory of the program
 */
export function withAllRights(imports, memory) {
  return {
    ...imports,
    fd_fdstat_get: (/** @type {number} */ fd, /** @type {number} */ out) => {
      const errno = imports.fd_fdstat_get(fd, out);
      if (errno === 0) new Uint32Array(memory().buffer, (out >>> 0) + RIGHTS, 4).fill(-1);
      return errno;
    },
  };
}
