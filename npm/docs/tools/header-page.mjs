// A C header as a page: its first comment, then for each of its sections the comments as text and the declarations as code.

const SECTION = /^\/\* -{20,} ?([a-z ]+?)(?: -*)?\s*(?:\*\/|\n \*)/;

/** The text of a comment, without its marks. @param {string} comment */
function textOf(comment) {
  const inner = comment.replace(/^\/\*+ ?/, '').replace(/\s*\*+\/$/, '');
  return inner.replace(/^ \* ?/gm, '');
}

/** What Markdown or Vue would take for their own. @param {string} text */
function escaped(text) {
  return text.replace(/[<>*_[\]{}]/g, (mark) => (mark === '<' ? '&lt;' : mark === '>' ? '&gt;' : `\\${mark}`));
}

/** Names of C in a text stand out as code. @param {string} text */
function withCode(text) {
  const parts = text.split(/(`[^`\n]*`|\b(?:pool_\w+|POOL_\w+|struct pool_\w+|enum pool_\w+)\b)/);
  return parts.map((part, i) => (i % 2 === 0 ? escaped(part) : part.startsWith('`') ? part : `\`${part}\``)).join('');
}

/** Without the indentation that all lines have. @param {string[]} lines */
function dedented(lines) {
  const indent = Math.min(...lines.filter((line) => line.trim()).map((line) => /^ */.exec(line)[0].length));
  return lines.map((line) => line.slice(indent)).join('\n');
}

/** Columns and code keep their shape; a list and plain sentences are those of Markdown. @param {string[]} lines */
function indented(lines) {
  const text = dedented(lines);
  if (/^- /.test(text)) return withCode(text);
  if (/\S {2,}\S|[;{]\n|^\[\w\]/.test(text) || /[;{(]$/.test(text)) {
    const language = /[;{]\n/.test(text) ? 'c' : 'text';
    return `\`\`\`${language}\n${text}\n\`\`\``;
  }
  return withCode(text);
}

/** The first comment's parts begin with a word in capitals. @param {string} block */
function titled(block) {
  const [line, word, more] = /^([A-Z]{4,})\b[,:]? ?(.*)\n?/.exec(block) ?? [''];
  if (!line) return paragraph(block);
  const rest = block.slice(line.length);
  const heading = `## ${word[0]}${word.slice(1).toLowerCase()}`;
  const first = more && withLines(`${more[0].toUpperCase()}${more.slice(1)}${/[.:]$/.test(more) ? '' : '.'}`);
  return [heading, first, rest && paragraph(rest)].filter(Boolean).join('\n\n');
}

/** @param {string} block */
function paragraph(block) {
  const lines = block.split('\n');
  const first = lines.findIndex((line) => /^ {2,}/.test(line));
  if (first < 0) return withLines(block);
  const before = lines.slice(0, first).join('\n');
  return `${before ? `${withLines(before)}\n\n` : ''}${indented(lines.slice(first))}`;
}

/** @param {string} text @param {(block: string) => string} show */
function paragraphs(text, show = paragraph) {
  const blocks = text.split(/\n\s*\n/).filter((block) => block.trim());
  return blocks.map((block) => show(block)).join('\n\n');
}

/** "Thread:", "Blocks:", "Errors …:" and "Ownership:" begin lines of their own. @param {string} block */
function withLines(block) {
  const split = block.replace(/\s+(?=(?:Thread|Ownership|Errors(?: you can act on)?): )/g, '\n\n');
  return withCode(split).replace(/\b(Thread|Blocks|Ownership|Errors(?: you can act on)?):/g, '**$1:**');
}

/** The header's parts: comments and code by turns. @param {string} source */
function piecesOf(source) {
  const pieces = [];
  const blocks = source.split(/\n\s*\n(?=\S)/);
  for (const block of blocks) {
    const comment = /^\/\*[\s\S]*?\*\/[ \t]*(?=\n|$)/.exec(block)?.[0];
    const code = block.slice(comment?.length ?? 0).trim();
    pieces.push({ comment: comment?.trim() ?? '', code });
  }
  return pieces;
}

/** What a declaration is called. @param {string} code */
function nameOf(code) {
  const declared = /(?:POOL_API|static inline|POOL_GUEST_API)[^(]*?\b(pool_\w+)\(/.exec(
    code.replace(/POOL_GUEST_API\(\w+\)/, 'POOL_GUEST_API'),
  );
  const kind = /^(?:typedef )?((?:struct|enum) \w+)/.exec(code);
  const type = /^typedef [^;]*?\b(pool_\w+)\)?[;(]/.exec(code);
  const macro = /^#define (POOL_\w+)/.exec(code);
  return declared?.[1] ?? kind?.[1] ?? type?.[1] ?? macro?.[1];
}

const isGuard = (code) => /^#ifndef \w+_H\b/.test(code) || /^#include/.test(code) || code === '#endif';

/** Names that have a heading lead there, but for those in code and in the headings themselves. @param {string} markdown */
function linked(markdown) {
  const names = new Set([...markdown.matchAll(/^### (.+)$/gm)].map(([, name]) => name));
  const slug = (name) => name.toLowerCase().replace(/[_ ]/g, '-');
  const parts = markdown.split(/(^```[\s\S]*?^```$|^#.*$)/m);
  const link = (code, name) => (names.has(name) ? `[${code}](#${slug(name)})` : code);
  return parts.map((part, i) => (i % 2 === 0 ? part.replace(/`([\w ]+)`/g, link) : part)).join('');
}

/** A page of Markdown. @param {string} source of the header @param {string} title @param {string} preface */
export function headerPage(source, title, preface) {
  const [first, ...rest] = piecesOf(source);
  // The first comment may have empty lines of its own.
  const end = source.indexOf('*/') + 2;
  const head = textOf(source.slice(0, end));
  const pieces = first.comment ? rest : piecesOf(source.slice(end));
  const parts = [`# ${title}`, preface, paragraphs(head, titled)];
  for (const { comment, code } of pieces) parts.push(...partsOf(comment, code));
  return `---\noutline: [2, 3]\neditLink: false\n---\n\n${linked(parts.filter(Boolean).join('\n\n'))}\n`;
}

function partsOf(comment, code) {
  if (isGuard(code) && !comment) return [];
  const section = SECTION.exec(comment);
  const parts = section ? [`## ${section[1][0].toUpperCase()}${section[1].slice(1)}`] : [];
  const text = section ? textOf(comment.slice(section[0].length).replace(/^/, '/*')).trim() : textOf(comment);
  const isMarks = /^-*$/.test(text.replace(/\s/g, ''));
  const name = nameOf(code);
  if (name) parts.push(`### ${name}`);
  if (!isMarks) parts.push(paragraphs(text));
  if (code && !isGuard(code)) parts.push(`\`\`\`c\n${code}\n\`\`\``);
  return parts;
}
