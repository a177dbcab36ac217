/** The hammer inside coordinator.wasm, in browsers. */
import { platform } from '../../bindings-js/src/platform/platform.web.js';
import { type Hammer, runHammer } from './inside.js';

export const run = (hammer: Hammer): Promise<string> => runHammer(platform, hammer, '.js');
