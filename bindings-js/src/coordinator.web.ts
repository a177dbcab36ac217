import { serveCoordinator } from './coordinator.js';
import { webScope } from './scope.web.js';

serveCoordinator(webScope());
