// Runs a test program that is an ES module. Usage: node tests/thin/start.mjs PROGRAM ARGUMENT…
import { pathToFileURL } from 'node:url';

const [program, ...argv] = process.argv.slice(2);
const { default: start } = await import(pathToFileURL(program).href);
await start({ arguments: argv });
