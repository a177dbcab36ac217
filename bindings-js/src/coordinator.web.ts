/** The coordinator's script, for browsers. */
import { serveCoordinator } from './coordinator/coordinator.js';
import { webScope } from './platform/scope.web.js';

serveCoordinator(webScope());
