/** Where a page's output goes that is nobody's: the console, which takes it line by line. */
import { Lines } from '../shared/lines.js';

/** Bytes in, text in lines out. */
export function consoleStream(print: (line: string) => void): WritableStream<Uint8Array> {
  const [decoder, lines] = [new TextDecoder(), new Lines()];
  const end = (): void => [...lines.push(decoder.decode()), ...lines.end()].forEach(print);
  return new WritableStream({
    write: (bytes) => [...lines.push(decoder.decode(bytes, { stream: true }))].forEach(print),
    close: end,
    abort: end,
  });
}
