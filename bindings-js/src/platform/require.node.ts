/** What the builds for require() have in the place of what only a module has, and of what a test's environment hides: Jest with
 * jsdom has its own globals, and lacks some of Node's. */
import { pathToFileURL } from 'node:url';

/** In the place of `import.meta.url`. */
export const moduleUrl = pathToFileURL(__filename).href;
