/** The coordinator's script, for Node. */
import { serveCoordinator } from './coordinator/coordinator.js';
import { nodeScope } from './platform/scope.node.js';

serveCoordinator(nodeScope());
