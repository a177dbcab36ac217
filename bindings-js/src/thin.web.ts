/** What library_millrace.js loads in browsers. */
import { platform } from './platform/platform.web.js';
import { describe, startOn } from './thin/thin.js';

export { describe };

export const start = startOn(platform);

// A program that cannot `import()` puts a script element into its page instead, and finds the module here.
const key = Symbol.for('millrace.modules');
const scope = globalThis as { [key]?: Map<string, object> };
(scope[key] ??= new Map()).set(import.meta.url, { start, describe });
