// The files that belong to the repository: committed, or new and not ignored.
import { execFileSync } from 'node:child_process';

/** @param {...string} patterns as git's pathspecs @returns {string[]} */
export function repositoryFiles(...patterns) {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', ...patterns];
  return execFileSync('git', args, { encoding: 'utf8' }).split('\n').filter(Boolean);
}
