// What `make check` consists of: targets of make. First everything is set up and built, by one make that knows what depends
// on what; then the parts run beside each other. A part that finds all built does nothing but test.

/** Run one after the other, before everything else. */
export const preparations = ['setup-native', 'setup-browsers', 'setup-languages', 'setup-node26', 'build-all'];

/** Independent of each other, the longest first, so that the last one to end is a short one. */
export const parts = [
  'test-browsers',
  'test-stacks-heavy', // in a second, unless the package has changed since its record
  'test-jspi-browsers',
  'test-rust',
  'fuzz',
  'test-thin',
  'test-unit',
  'test-consumer',
  'test-c-page',
  'test-demo',
  'test-tsan',
  'test-chaos',
  'test-chaos-jspi',
  'test-chaos-native',
  'check-static',
  'test-package',
  'test-docs',
  'test-stacks-light',
  'verify',
  'test-hammer-inside',
  'check-compilers',
  'test-hammer',
  'test-node',
  'test-jspi-node',
  'lint',
  'test-jspi-pages',
  'test-examples',
  'test-languages',
  'test-guest-crate',
  'check-format',
  'check-abi',
  'check-dist',
  'check-guests',
  'check-gen',
  'check-figures',
  'check-architecture',
  'check-faults',
];

/** Run alone at the end: a trend needs many rounds, and what benchmarks print is of use only if nothing else keeps the
 * cores busy. */
export const last = ['test-soak', 'bench-quick'];
