/** The hammer inside coordinator.wasm, in Node. */
import { platform } from '../../bindings-js/src/platform/platform.node.js';
import { type Hammer, runHammer } from './inside.js';

export const run = (hammer: Hammer): Promise<string> => runHammer(platform, hammer, '.node.mjs');
