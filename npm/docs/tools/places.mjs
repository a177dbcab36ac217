// Where the documentation's parts are.
import { fileURLToPath } from 'node:url';

const at = (path) => fileURLToPath(new URL(path, import.meta.url));

/** The repository. */
export const root = at('../../../');

/** The pages as they are written. */
export const pages = at('../pages/');

/** The pages as they are built: those, and the generated ones. */
export const site = `${root}build/docs/site/`;

/** What is served. */
export const dist = `${root}build/docs/dist/`;
