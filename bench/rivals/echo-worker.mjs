// The worker of the rival `raw postMessage`.

import { listen, post } from '../ways/lib/scope.mjs';

listen(({ id }) => post({ id, result: 0 }));
