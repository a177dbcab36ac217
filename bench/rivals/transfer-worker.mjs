// The worker of the rival `transfer`: takes a buffer's bytes, or fills it, and sends it back.

import { listen, post } from '../ways/lib/scope.mjs';

/** Stands for a program's memory. */
const own = new Uint8Array(65536).map((_, i) => i % 251);

listen(({ type, buffer }) => {
  const bytes = new Uint8Array(buffer);
  if (type === 'take') own.set(bytes);
  else bytes.set(own);
  post({ buffer, size: bytes.length }, [buffer]);
});
