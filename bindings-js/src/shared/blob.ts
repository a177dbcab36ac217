/** Reading Blobs, of the platform and of those that stand in for it. */
import { copyOf, viewOf } from './bytes.js';
import { PoolError } from './errors.js';
import { refusal } from './gate.js';

/** All that a Blob has. Rejects with POOL_EIO if that is gone, as of a file that has changed since. */
export async function bytesOfBlob(name: string, blob: Blob): Promise<ArrayBuffer> {
  let read: unknown;
  try {
    read = await (typeof blob.arrayBuffer === 'function' ? blob.arrayBuffer() : readByReader(blob));
  } catch (cause) {
    throw new PoolError('POOL_EIO', `${name} is a Blob that could not be read`, { cause });
  }
  if (read instanceof ArrayBuffer) return read; // of this realm; another's is copied into one
  const view = viewOf(name, read);
  if (!view) throw refusal(name, read, 'a Blob whose arrayBuffer() is one');
  return copyOf(view).buffer;
}

/** For a Blob of jsdom's, which only its own FileReader can read. */
function readByReader(blob: Blob): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(reader.error ?? new Error('the FileReader failed'));
    reader.readAsArrayBuffer(blob);
  });
}
