#!/usr/bin/env node
/** The package's command: `millrace`. */
import { main } from './cli/main.js';
import * as millrace from './index.node.js';

await main(process.argv.slice(2), millrace);
