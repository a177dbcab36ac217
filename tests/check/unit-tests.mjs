// Which C source has no unit test of its own name, and which unit test has a name that is nobody's.
import { readFileSync } from 'node:fs';

/** The rooms of c/ whose sources are tested by name, as tests/unit.mk has them. */
function testedRooms() {
  return /^UNIT_ROOMS := (.*)$/m.exec(readFileSync('tests/unit.mk', 'utf8'))?.[1].split(' ') ?? [];
}

/** The room and the name of a file: `c/core/pipe.h` is `core/pipe`. @param {string} file @param {RegExp} pattern */
function placeOf(file, pattern) {
  const found = pattern.exec(file);
  return found && `${found[1]}/${found[2]}`;
}

/** @param {string} file */
function testedBy(file) {
  return placeOf(file, /^tests\/unit\/(\w+)\/(\w+?)(?:_threads)?_test\.c$/);
}

/** What is wrong with the names. @param {string[]} sources of c/ @param {string[]} tests in tests/unit */
export function problemsOfUnitTests(sources, tests) {
  const rooms = testedRooms();
  const named = new Set(tests.map(testedBy));
  const known = new Set(sources.map((file) => placeOf(file, /^c\/(\w+)\/(\w+)\.[ch]$/)));
  const untested = sources.filter((file) => {
    const place = placeOf(file, /^c\/(\w+)\/(\w+)\.c$/);
    return place && rooms.includes(place.split('/')[0]) && !named.has(place);
  });
  const nobodys = tests.filter((file) => {
    const place = testedBy(file);
    return !place || (!known.has(place) && !place.startsWith('together/'));
  });
  return [
    ...untested.map((file) => `${file}: there is no ${file.replace(/^c\/(.*)\.c$/, 'tests/unit/$1_test.c')}`),
    ...nobodys.map((file) => `${file}: no source of its room has that name, and it is not in tests/unit/together`),
  ];
}
