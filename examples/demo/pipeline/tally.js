// The commonest words, as the last program counts them.

const SHOWN = 8;

export class Tally {
  /** How many lines have come. */
  lines = 0;
  /** @type {Map<string, number>} */
  #times = new Map();
  #items;

  /** @param {HTMLElement} list */
  constructor(list) {
    this.#items = Array.from({ length: SHOWN }, () => list.appendChild(itemOf()));
  }

  clear() {
    this.lines = 0;
    this.#times.clear();
  }

  /** @param {string} line "TIMES WORD" */
  take(line) {
    const [times, word] = line.split(' ');
    this.#times.set(word, Number(times));
    this.lines++;
  }

  show() {
    const commonest = [...this.#times].sort(([, a], [, b]) => b - a).slice(0, SHOWN);
    const most = commonest[0]?.[1] ?? 1;
    this.#items.forEach((item, i) => {
      const [word, times] = commonest[i] ?? ['–', 0];
      item.children[0].textContent = word;
      item.children[1].textContent = times > 0 ? times.toLocaleString('en-US') : '';
      item.style.setProperty('--share', String(times / most));
    });
  }
}

function itemOf() {
  const item = document.createElement('li');
  item.append(document.createElement('span'), document.createElement('strong'));
  return item;
}
