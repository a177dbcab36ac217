/** The same for Node. */
export * from './index.node.js';
export * from './plugin.js';
