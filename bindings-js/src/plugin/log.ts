/** What a guest writes to stderr, line by line. */
import { Turn } from './turn.js';

/** A longer line comes in pieces. */
const LINE_CHARS = 65_536;

/** Calls `onLine` for each line of a stream, to its end; the last line may lack its end. */
export async function readLog(stream: ReadableStream<Uint8Array>, onLine: (line: string) => void): Promise<void> {
  const reader = stream.getReader();
  const [decoder, turn] = [new TextDecoder(), new Turn()];
  let rest = '';
  try {
    for (;;) {
      const { value, done } = await turn.wait(reader.read());
      const lines = (rest + decoder.decode(value, { stream: !done })).split('\n');
      rest = lines.pop()!;
      for (const line of lines) {
        tell(line, onLine);
        if (turn.isOver()) await turn.pass();
      }
      if (done) break;
      if (rest.length < LINE_CHARS) continue;
      tell(rest, onLine);
      rest = '';
      await turn.pass();
    }
  } catch {
    // the pool is gone, and what the guest still had to say
  }
  if (rest !== '') tell(rest, onLine);
}

function tell(line: string, onLine: (line: string) => void): void {
  const text = line.endsWith('\r') ? line.slice(0, -1) : line;
  for (let begin = 0; begin === 0 || begin < text.length; begin += LINE_CHARS) {
    callBack(() => onLine(text.slice(begin, begin + LINE_CHARS)));
  }
}

/** Calls what the application gave. What it throws is the application's, and goes where uncaught errors go. */
export function callBack(listener: () => void): void {
  try {
    listener();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
  }
}
