// The groups of rows, in the order of the report: what their figures are, and why comparing them is fair.

/**
 * @typedef {object} Group
 * @property {string} name as in `make bench ROWS=…`
 * @property {string} title
 * @property {string} about what one figure is
 * @property {string} fair why what stands in one row may be compared
 */

/** @type {readonly Group[]} */
export const groups = [
  {
    name: 'ways',
    title: 'A guest that talks with its host: every way of doing it',
    about:
      'A guest reads requests in JSON-RPC on its stdin, answers on its stdout, and calls its host in the same way. ' +
      'call_many is 200 calls of the host, each after the answer to the one before; call_many_async writes 200 calls ' +
      'and then reads 200 answers; ping is one request to a guest that runs already; lifecycle loads, compiles, ' +
      'starts, asks and stops one; prime_sieve computes.',
    fair:
      'The same guest, byte for byte, runs in every way (Asyncify transforms it, which is its price), and the host is ' +
      'the same code on the main thread. Each way is small, complete, and described in a page of its own under ' +
      'bench/ways. Ways that cannot work stand there with what was seen of them in this very run.',
  },
  {
    name: 'calls',
    title: 'Work that does nothing: what a task costs',
    about:
      'From the call to its result, of many one after another (µs for each), and of a thousand at once (ms for all). ' +
      'A job is a new instance of a module, a call is one of an instance that is kept; rivals call an empty function.',
    fair:
      'One worker each, warm (a dozen rounds are thrown away, because engines go on compiling what is hot), with the same ' +
      'number of tasks in the same round. A job of ours does more than a rival’s ' +
      'empty function: it has a memory, arguments, streams and an exit code. The calls of an instance compare directly. ' +
      'Of a thousand jobs at once without memory the limit in Chromium and Node is the worker: of its 3.5 µs for each the ' +
      'engine takes 1.8 to make an instance and 0.9 to collect it, so that even without anything else it would be 4.4 times ' +
      'Comlink’s 12. In Firefox it is the main thread, with 5 to 6 µs for each, of Comlink’s 14 and raw messages’ 9.',
  },
  {
    name: 'start',
    title: 'Starting: from nothing to the first result',
    about:
      'ms from creating a pool to the first result of a job, with workers and coordinator started for it; a second ' +
      'job of a module that is known; MiB that each idle worker adds; bytes that a page loads.',
    fair:
      'Rivals start one worker too, and call one empty function. Files come from a server on the same machine, so ' +
      'the network costs nothing to anybody. Sizes are of minified code, compressed by Brotli at its best.',
  },
  {
    name: 'pipes',
    title: 'Pipes: bytes in and out of a guest',
    about:
      'MB/s from before the job is started to after its exit, in chunks of 1 byte to 1 MiB, to a guest, from a guest, ' +
      'and from a guest to a guest; and µs for a chunk that goes to a guest and comes back.',
    fair:
      'Rivals move the same chunks between the same two threads: as messages that are copied, as buffers that are ' +
      'transferred and used again, and through a bare ring in shared memory whose reader sleeps. A wasm program must ' +
      'copy bytes into its memory, and so does each rival’s worker. A stream gives each chunk away in memory of its ' +
      'own, which has to be had, mapped and collected: in Node that alone takes 16 µs for 64 KiB, and copying 2 to 4. ' +
      'So the limit of a stream out of a guest is the bare ring whose reader takes new memory for each chunk: with ' +
      '64 KiB 1.6 to 2.0 GB/s in all three engines on a busy machine, of which ours reaches 0.95 to 1.1 in Chromium and ' +
      'Firefox, and about half in Node, whose streams are JavaScript. Buffers that are used again, transferred or ' +
      '“into one buffer”, are not bound by it.',
  },
  {
    name: 'crossings',
    title: 'One WASI call: leaving a guest and coming back',
    about: 'ns of one call by the guest’s own clock, where nothing has to wait.',
    fair: 'The same program calls the same function as often; node:wasi does it on real files, in a process of its own.',
  },
  {
    name: 'programs',
    title: 'Whole programs that nobody here wrote',
    about:
      'ms from the call that starts a compiled program to its exit code and all of its output: CPython, QuickJS, ' +
      'Ruby, SQLite, clang; and gzip of a large input through its pipes.',
    fair:
      'The same wasm file, arguments, input and files; it is compiled before. Workers are warm where a rival keeps ' +
      'them; node:wasi runs in a new process each time, and its second run there counts. The JavaScript ones in a worker ' +
      'show what the bare engine takes. Files go in with each run, but for node:wasi, whose are in a folder. Our worker in ' +
      'Chromium has its garbage collected when it has rested for a tenth of a second, so that it keeps no memories from ' +
      'others: the next job takes up to half a ms longer, 5 % of the shortest program.',
  },
  {
    name: 'page',
    title: 'The page meanwhile: frames, event loop, speed',
    about:
      'Longest time and 99th percentile between two frames, 99th percentile of how late a message of the page comes, ' +
      'and ms for a fixed piece of work on the main thread; while guests call their host without a pause, or compute ' +
      'on every worker.',
    fair: 'Beside it stands the same page with nothing to do, in the same round. More than that is the price of the work.',
  },
  {
    name: 'scaling',
    title: 'More workers, more jobs, more pipes',
    about:
      'ms for one parallel job on 1 to 8 workers; µs per job with 100 to 100,000 jobs at once, and µs per byte that ' +
      'goes through one of 1 to 1,000 pipes.',
    fair:
      'Work that is the same in each point of a curve. More workers than cores cannot be faster; a curve that stays ' +
      'flat is what is wanted of the others. Beside the pipes stand as many streams of the engine’s own, which only the ' +
      'main thread uses: where both rise together, it is the engine that has more to do.',
  },
  {
    name: 'native',
    title: 'The C library, without any wasm',
    about:
      'µs for each C function that runs on a thread of the pool, one at a time and with 512 in flight; GB/s through a pipe.',
    fair:
      'The same function, on as many threads. A plain queue (a mutex, a condition, a linked list) is what one writes ' +
      'by hand; libuv’s uv_queue_work and pipe(2) are what one takes instead. Ours has handles, results, cancelling and ' +
      'statistics: with 512 in flight a job takes 0.33 to 0.43 µs of processor time, and libuv’s 0.17, which has a ' +
      'lock and a list. Of ours two looks at the clock are 40 ns and eight compare-exchanges 65 ns; about a third is ' +
      'the system’s, for sleeping and waking.',
  },
  {
    name: 'tiers',
    title: 'Both tiers: shared memory, and JSPI where there is none',
    about: 'The same work in a pool of either tier.',
    fair: 'The same code and guests, in the same page.',
  },
  {
    name: 'rust',
    title: 'A host in Rust, through the crate',
    about: 'ms for 200 calls of one guest, answered on the main thread by Rust or by JavaScript.',
    fair: 'The same guest and the same package below both; JSON is read and written by the plugin’s own script.',
  },
];
