// The compute worker of way 2: gives every byte back that it reads.

import { listen, post } from '../lib/scope.mjs';
import { NaiveRing } from './naive-ring.mjs';

listen(({ input, output, isReplay }) => {
  const [from, to] = [new NaiveRing(input), new NaiveRing(output)];
  let isFirst = true;
  for (let byte = from.read(isReplay); byte !== 0; byte = from.read(isReplay && isFirst)) {
    isFirst = false;
    to.write(byte, () => post({ type: 'wake' }));
  }
  post({ type: 'ended' });
});
