/** A cell's script, for Node. */
import { serveCell } from './cell/cell.js';
import { nodeScope } from './platform/scope.node.js';

serveCell(nodeScope());
