/** What was thrown, in words. */
import { withoutData } from './place.js';

export function errorText(thrown: unknown): string {
  return withoutData(thrown instanceof Error || thrown instanceof DOMException ? thrown.message : String(thrown));
}
