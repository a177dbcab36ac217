// What a subject is given, and what the environments in which it runs must be able to do.

/**
 * A worker of a rival, which has said that it is ready.
 *
 * @typedef {object} RivalWorker
 * @property {(message: any, transfer?: ArrayBuffer[]) => void} post
 * @property {(listener: ((message: any) => void) | undefined) => void} onMessage replaces the listener before
 * @property {() => void} terminate
 * @property {any} endpoint what Comlink takes
 */

/**
 * @typedef {object} Env
 * @property {string} engine
 * @property {boolean} inBrowser
 * @property {number} cores
 * @property {boolean} canSuspend whether the engine has JSPI
 * @property {(url: string) => Promise<any>} importBuild the package's module, by its folder
 * @property {(name: string) => Promise<Response>} fetchGuest a guest's bytes, loaded afresh
 * @property {(path: string) => Promise<Response>} fetchFile a file of the project by its path
 * @property {(path: string) => string} urlOf a file of the project as a program's source
 * @property {(path: string) => Promise<any>} importPackage a module of the packages of packages.mjs, by its path there
 * @property {(url: URL) => Promise<RivalWorker>} startWorker
 * @property {((onFrame: (ms: number) => void) => () => void) | undefined} watchFrames calls back at each frame of the
 *   page until the function that it answers is called; `undefined`: there is no page
 * @property {() => Promise<number>} memoryMiB what this engine's processes take now, shared pages counted once
 * @property {RunNodeWasi | undefined} runNodeWasi runs a guest under node:wasi; `undefined`: not here
 */

/**
 * @typedef {(program: {path: string, args: string[], stdin: Uint8Array, files: Record<string, Uint8Array>}) =>
 *   Promise<{stdout: string, stderr: string, ms: number}>} RunNodeWasi in a process of its own, with `files` in a folder
 *   that it is given as `/`; `ms` is from before the instance is made to its exit
 */

/**
 * How large everything is.
 *
 * @typedef {object} Sizes
 * @property {boolean} quick
 * @property {number} calls host calls in one request
 * @property {number} repeats requests in a round, by those who are quick
 * @property {number} pings
 * @property {number} sequentialJobs
 * @property {number} jobsAtOnce
 * @property {number} crossings calls of WASI that one guest makes
 * @property {number} pipeBytes
 * @property {number} framesMs
 */

/** @type {Sizes} */
export const FULL = {
  quick: false,
  calls: 200,
  repeats: 5,
  pings: 50,
  sequentialJobs: 200,
  jobsAtOnce: 1000,
  crossings: 200_000,
  pipeBytes: 32 << 20,
  framesMs: 1500,
};

/** Enough to see that all of it works. @type {Sizes} */
export const QUICK = {
  quick: true,
  calls: 200,
  repeats: 1,
  pings: 10,
  sequentialJobs: 20,
  jobsAtOnce: 1000,
  crossings: 20_000,
  pipeBytes: 4 << 20,
  framesMs: 300,
};

/**
 * One build of the package, with a pool of its own. There is more than one where a change is compared with what was
 * before: figures of two runs differ more than most changes do.
 *
 * @typedef {object} Build
 * @property {string} label "ours" for the one that the rows are about
 * @property {any} millrace the package's exports
 * @property {any} pool of one worker, so that the rivals, who have one each, compare
 */

/**
 * @typedef {object} Context
 * @property {Env} env
 * @property {readonly Build[]} builds
 * @property {Sizes} sizes
 */
