/** What saving into a folder needs: it is loaded then. */
export { FolderTarget } from './folder-target.node.js';
export { save } from './save.js';
