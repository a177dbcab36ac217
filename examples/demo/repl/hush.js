// Who has the screen read aloud hears everything that is written on it, one thing after the other. A program that writes more
// than anybody can read aloud would be heard for minutes after it has ended: so meanwhile the screen is silent, which is said.

const MOST_CHARACTERS = 2_000;
const WINDOW_MS = 1_000;

export class Hush {
  #log;
  #say;
  /** Written since the window began. */
  #written = 0;
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  #window;
  #isSilent = false;

  /** @param {HTMLElement} log @param {(text: string) => void} say */
  constructor(log, say) {
    this.#log = log;
    this.#say = say;
  }

  /** Before so much is written. @param {number} characters */
  count(characters) {
    this.#written += characters;
    this.#window ??= setTimeout(() => this.#look(), WINDOW_MS);
    if (this.#written > MOST_CHARACTERS && !this.#isSilent) this.#set(true);
  }

  /** It has been written so much in this window. */
  #look() {
    const wasLoud = this.#written > MOST_CHARACTERS;
    this.#written = 0;
    this.#window = wasLoud ? setTimeout(() => this.#look(), WINDOW_MS) : undefined;
    if (!wasLoud && this.#isSilent) this.#set(false);
  }

  /** @param {boolean} isSilent */
  #set(isSilent) {
    this.#isSilent = isSilent;
    if (isSilent) this.#log.setAttribute('aria-live', 'off');
    else this.#log.removeAttribute('aria-live'); // a log's own
    this.#say(isSilent ? 'It writes more than can be read aloud, so that is silent for now.' : '');
  }
}
