// What a guest writes, as one message per line.

import { post } from './scope.mjs';

const decoder = new TextDecoder();

/** @returns {(bytes: Uint8Array) => void} */
export function linePoster() {
  let rest = '';
  return (bytes) => {
    const lines = (rest + decoder.decode(bytes, { stream: true })).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) post({ type: 'line', line });
  };
}
