/** What was thrown, in words. */
import { withoutData } from './place.js';
import { ScriptError } from './platform.js';

export function errorText(thrown: unknown): string {
  return withoutData(thrown instanceof Error || thrown instanceof DOMException ? thrown.message : String(thrown));
}

/** The platform's error, if ours only puts that into words. */
export function rootCause(error: unknown): unknown {
  return error instanceof ScriptError && error.cause !== undefined ? error.cause : error;
}
