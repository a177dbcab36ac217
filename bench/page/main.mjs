// The report's page: the figures, drawn for the engine that is chosen.

import { groups, machine, packages, results } from './data.mjs';
import { curve, overview, rowChart } from './charts.mjs';

const FOREIGN_NOTED = 20;

/** @param {string} tag @param {string} [text] @param {Node[]} [children] */
function element(tag, text = '', children = []) {
  const made = document.createElement(tag);
  made.textContent = text;
  made.append(...children);
  return made;
}

const quiet = (/** @type {string} */ text) => Object.assign(element('p', text), { className: 'quiet' });

/** Engines that have rows beside others'; the native library stands alone. */
const engines = [...new Set(results.map(({ engine }) => engine))].filter((engine) => engine !== 'native');
let chosen = engines[0];

const widthOf = () => Math.min(document.body.clientWidth - 32, 900) - 34;

/** @param {any} row */
function drawRow(row) {
  const article = element('article', '', [element('h3', row.name)]);
  if (row.about) article.append(quiet(row.about));
  article.append(rowChart(row, widthOf()));
  if (row.cannot.length > 0) {
    const items = row.cannot.map(({ label, reason }) => element('li', `${label}: cannot. ${reason}.`));
    article.append(element('ul', '', items));
  }
  return article;
}

/** Rows that are points of curves are drawn as these. @param {any[]} rows */
function drawCurves(rows) {
  const families = [...new Set(rows.map(({ line }) => line.family))];
  return families.map((family) => {
    const points = rows.filter(({ line }) => line.family === family);
    return element('article', '', [element('h3', family), curve(points, widthOf())]);
  });
}

/** @param {any} result */
function noteOf({ engine, version, rounds, foreign, at, build, subject }) {
  const load = foreign >= FOREIGN_NOTED ? `; others used ${foreign} % of a core meanwhile: read it with care` : '';
  return quiet(`${subject}, ${engine} ${version}, ${rounds} rounds, ${at.slice(0, 10)}, build ${build}${load}`);
}

/** @param {any} group */
function drawGroup({ name, title, about, fair }) {
  const ofGroup = results.filter((result) => result.group === name && result.rows.length > 0);
  const shown = ofGroup.filter(({ engine }) => engine === chosen || engine === 'native');
  if (ofGroup.length === 0) return [];
  const parts = shown.flatMap((result) => [
    ...drawCurves(result.rows.filter(({ line }) => line)),
    ...result.rows.filter(({ line }) => !line).map(drawRow),
    noteOf(result),
  ]);
  if (shown.length === 0) parts.push(quiet(`Not measured in ${chosen}.`));
  const lead = [element('h2', title), element('p', about), quiet(`Why it is fair: ${fair}`)];
  return [element('section', '', [...lead, ...parts])];
}

function draw() {
  const here = (/** @type {string} */ id) => /** @type {HTMLElement} */ (document.getElementById(id));
  here('engines').replaceChildren(
    ...engines.map((engine) => {
      const button = element('button', engine);
      button.setAttribute('aria-pressed', String(engine === chosen));
      button.onclick = () => {
        chosen = engine;
        draw();
      };
      return button;
    }),
  );
  const own = results.filter(({ engine }) => engine === chosen);
  here('overview').replaceChildren(overview(own, groups, widthOf()));
  here('groups').replaceChildren(...groups.flatMap(drawGroup));
}

/** @param {string} id @param {string} text */
function say(id, text) {
  /** @type {HTMLElement} */ (document.getElementById(id)).textContent = text;
}

const versions = [...new Set(results.map(({ engine, version }) => `${engine} ${version}`))];
say(
  'machine',
  `${machine.cpu}, ${machine.cores} cores, ${machine.memoryGiB} GiB, ${machine.system}. ${versions.join(', ')}.`,
);
say(
  'packages',
  `Packages: ${Object.entries(packages)
    .map(([name, version]) => `${name} ${version}`)
    .join(', ')}.`,
);
draw();
addEventListener('resize', draw);
