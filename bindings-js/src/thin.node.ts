/** What library_millrace.js loads in Node. */
import { platform } from './platform/platform.node.js';
import { startOn } from './thin/thin.js';

export { describe } from './thin/thin.js';

export const start = startOn(platform);
