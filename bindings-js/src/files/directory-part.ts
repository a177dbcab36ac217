/** What directories need once they are used: it is loaded then. */
export { HandleTarget } from './handle-target.js';
export { LocalStore } from './local-store.js';
export { save } from './save.js';
export { moveInto, Volume } from './volume.js';
