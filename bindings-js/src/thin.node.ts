/** What library_millrace.js loads in Node. */
import { platform } from './platform/platform.node.js';
import { startThin, type ThinOptions, type ThinPool } from './thin/thin.js';

export { describe } from './thin/thin.js';

export function start(
  options: ThinOptions,
  onSignal: (signal: number) => void,
  onDeath: (text: string) => void,
): Promise<ThinPool> {
  return startThin(platform, options, { onSignal, onDeath });
}
