/** What bytes are that should have been a module, in words: most often a page that says "not found". */
import { quote } from '../shared/gate.js';

/** Of so many bytes it can be told. */
export const HEAD_BYTES = 256;

const decoder = new TextDecoder();

/** Whether they begin as a module does. */
export function isModuleHead(bytes: Uint8Array): boolean {
  return begins(bytes, 0x00, 0x61, 0x73, 0x6d);
}

/** "HTML", "nothing", …; empty if they begin as a module does, or as nothing that is known. */
export function looksLike(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'nothing: it is empty';
  if (isModuleHead(bytes)) return '';
  if (begins(bytes, 0x1f, 0x8b)) return 'gzip, which the server did not declare as Content-Encoding';
  const text = textOf(bytes);
  if (/^\s*<(!doctype html|html|head|body|!--)/i.test(text)) return 'HTML';
  return text === '' ? '' : `text, ${quote(text.slice(0, 40))}`;
}

function begins(bytes: Uint8Array, ...wanted: readonly number[]): boolean {
  return wanted.every((byte, i) => bytes[i] === byte);
}

/** How they begin, if they are text; the last character may be cut. */
function textOf(bytes: Uint8Array): string {
  const text = decoder.decode(bytes.slice(0, HEAD_BYTES)).replace(/\ufffd{1,3}$/, '');
  return /[^\P{Cc}\s]|\ufffd/u.test(text) ? '' : text;
}
