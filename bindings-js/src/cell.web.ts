/** A cell's script, for browsers. */
import { serveCell } from './cell/cell.js';
import { webScope } from './platform/scope.web.js';

serveCell(webScope());
