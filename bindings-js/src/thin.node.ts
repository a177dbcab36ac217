/** What library_millrace.js loads in Node. */
import { platform } from './platform.node.js';
import { startThin, type ThinEvents, type ThinOptions, type ThinPool } from './thin.js';

export { describe } from './thin.js';

export function start(options: ThinOptions, events: ThinEvents): Promise<ThinPool> {
  return startThin(platform, options, events);
}
