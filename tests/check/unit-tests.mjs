// Which C source has no unit test of its own name, and which unit test has a name that is nobody's.
import { readFileSync } from 'node:fs';

/** The folders of c/ whose sources are tested by name, as tests/unit.mk has them. */
function testedFolders() {
  return /^UNIT_FOLDERS := (.*)$/m.exec(readFileSync('tests/unit.mk', 'utf8'))?.[1].split(' ') ?? [];
}

/** The folder and the name of a file: `c/core/pipe.h` is `core/pipe`. @param {string} file @param {RegExp} pattern */
function nameOf(file, pattern) {
  const found = pattern.exec(file);
  return found && `${found[1]}/${found[2]}`;
}

/** @param {string} file */
function testedBy(file) {
  return nameOf(file, /^tests\/unit\/(\w+)\/(\w+?)(?:_threads)?_test\.c$/);
}

/** What is wrong with the names. @param {string[]} sources of c/ @param {string[]} tests in tests/unit */
export function problemsOfUnitTests(sources, tests) {
  const folders = testedFolders();
  const named = new Set(tests.map(testedBy));
  const known = new Set(sources.map((file) => nameOf(file, /^c\/(\w+)\/(\w+)\.[ch]$/)));
  const untested = sources.filter((file) => {
    const name = nameOf(file, /^c\/(\w+)\/(\w+)\.c$/);
    return name && folders.includes(name.split('/')[0]) && !named.has(name);
  });
  const nobodys = tests.filter((file) => {
    const name = testedBy(file);
    return !name || (!known.has(name) && !name.startsWith('together/'));
  });
  return [
    ...untested.map((file) => `${file}: there is no ${file.replace(/^c\/(.*)\.c$/, 'tests/unit/$1_test.c')}`),
    ...nobodys.map((file) => `${file}: no source of its folder has that name, and it is not in tests/unit/together`),
  ];
}
