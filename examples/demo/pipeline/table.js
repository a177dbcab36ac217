// The pipes as a table: what the picture shows, in numbers.

import { PIPE_BYTES } from './pipeline-run.js';

const NAMES = ['page → words', 'words → without', 'without → tally', 'tally → page'];

export class PipeTable {
  #rows;

  /** @param {HTMLElement} body of the table */
  constructor(body) {
    this.#rows = NAMES.map((name) => {
      const row = body.appendChild(document.createElement('tr'));
      const head = Object.assign(document.createElement('th'), { scope: 'row', textContent: name });
      const meter = Object.assign(document.createElement('meter'), {
        max: 1,
        ariaLabel: `How full the pipe is: ${name}`,
      });
      const level = document.createElement('td');
      level.append(meter, document.createElement('span'));
      row.append(head, level, document.createElement('td'));
      return row;
    });
  }

  /** @param {import('./waters.js').Water[]} waters */
  show(waters) {
    waters.forEach(({ level, passed }, i) => {
      const [, levelCell, passedCell] = this.#rows[i].children;
      const [meter, text] = levelCell.children;
      /** @type {HTMLMeterElement} */ (meter).value = level;
      text.textContent = kibibytes(level * PIPE_BYTES);
      passedCell.textContent = kibibytes(passed);
    });
  }
}

/** @param {number} bytes */
function kibibytes(bytes) {
  return `${(bytes / 1024).toLocaleString('en-US', { minimumFractionDigits: 1, maximumFractionDigits: 1 })} KiB`;
}
