// The C library, measured by a program of its own: native/.

/** @type {import('../lib/measure.mjs').Subject} */
export default {
  name: 'native',
  group: 'native',
  engines: ['native'],
  open: async () => {
    throw new Error('the native rows are measured by a native program');
  },
};
