// TypeScript and JavaScript as their own parser sees them: what a file imports, and how long its functions are.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, normalize } from 'node:path/posix';
import ts from 'typescript';

/** The paths that a file imports, from the repository's root on. @param {string} file */
function targetsOf(file) {
  const specifiers = ts.preProcessFile(readFileSync(file, 'utf8')).importedFiles.map(({ fileName }) => fileName);
  return specifiers.filter((each) => each.startsWith('.')).map((each) => normalize(`${dirname(file)}/${each}`));
}

/** What each file imports of the others, for types as well. @param {string[]} files @returns {Map<string, Set<string>>} */
export function importsIn(files) {
  const known = new Set(files);
  const importedBy = (file) => {
    const targets = targetsOf(file).map((target) => target.replace(/\.js$/, '.ts'));
    return new Set(targets.filter((target) => known.has(target)));
  };
  return new Map(files.map((file) => [file, importedBy(file)]));
}

/** Imports of what is neither there nor built: of scripts that no other part of CI runs, too. @param {string[]} files
 * @returns {string[]} */
export function problemsOfImports(files) {
  const isBuilt = (target) => /^(build|npm\/dist)\/|\.gen\.|(^|\/)dist\//.test(target);
  const isThere = (target) => isBuilt(target) || existsSync(target);
  return files.flatMap((file) =>
    targetsOf(file)
      .filter((target) => !isThere(target))
      .map((target) => `${file}: there is no ${target} to import`),
  );
}

/** Lines from a function's opening brace to its closing one; an arrow that is an expression has none.
 * @param {string} file @returns {{ file: string, line: number, lines: number }[]} */
export function functionLengthsInScript(file) {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const lineAt = (position) => source.getLineAndCharacterOfPosition(position).line + 1;
  const lengths = [];
  const visit = (node) => {
    if (ts.isFunctionLike(node) && node.body && ts.isBlock(node.body)) {
      const line = lineAt(node.body.getStart(source));
      lengths.push({ file, line, lines: lineAt(node.body.end) - line + 1 });
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return lengths;
}
