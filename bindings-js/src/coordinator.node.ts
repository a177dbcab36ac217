import { serveCoordinator } from './coordinator.js';
import { nodeScope } from './scope.node.js';

serveCoordinator(nodeScope());
