// The worker of the rival `comlink`.

import * as Comlink from '../../node_modules/comlink/dist/esm/comlink.mjs';
import nodeEndpoint from '../../node_modules/comlink/dist/esm/node-adapter.mjs';
import { parent, ready } from '../ways/lib/scope.mjs';

Comlink.expose({ noop: () => 0 }, parent === globalThis ? parent : nodeEndpoint(parent));
ready();
