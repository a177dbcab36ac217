// Each relative link of the packed README must lead to a packed file. Usage: node tests/package/links.mjs package.tgz
import { execFileSync } from 'node:child_process';

const [archive] = process.argv.slice(2);
const tar = (...args) => execFileSync('tar', args, { encoding: 'utf8' });

const packed = new Set(tar('tf', archive).trim().split('\n'));
const readme = tar('xOf', archive, 'package/README.md');
const links = [...readme.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, link]) => link);
const dead = links.filter((link) => !packed.has(`package/${link}`));
for (const link of dead) console.error(`README.md links to ${link}, which is not in the package`);
if (links.length === 0) console.error('README.md has no relative link: is it read as it should be?');
process.exitCode = dead.length > 0 || links.length === 0 ? 1 : 0;
