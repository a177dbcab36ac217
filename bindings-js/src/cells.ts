/** What the main thread has of the `jspi` tier: loaded by those pools only that need it. */
export { Cells } from './cells/tier.js';
