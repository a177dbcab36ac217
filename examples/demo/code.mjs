// Shows a source as HTML, with its syntax marked by highlight.js while the pages are made: browsers get no highlighter.

import hljs from 'highlight.js/lib/core';
import c from 'highlight.js/lib/languages/c';
import javascript from 'highlight.js/lib/languages/javascript';

hljs.registerLanguage('c', c);
hljs.registerLanguage('js', javascript);

/**
 * @param {string} file its path in what is served
 * @param {string} what a few words about it
 * @param {string} source
 * @param {boolean} isOpen
 */
export function codeFigure(file, what, source, isOpen) {
  const language = file.endsWith('.c') ? 'c' : 'js';
  const html = hljs.highlight(source.trimEnd(), { language }).value;
  return `<details class="panel code"${isOpen ? ' open' : ''}>
<summary><code>${file}</code> <span>${what}</span></summary>
<pre tabindex="0" role="group" aria-label="The source of ${file}"><code>${html}</code></pre>
<p><a href="${file}">${file} by itself</a></p>
</details>`;
}
