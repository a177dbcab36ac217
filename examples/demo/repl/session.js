// A conversation with an interpreter: all that this page does with Millrace is here.

/** @typedef {import('millrace').Job} Job */

/** A terminal is one stream, and these are two: a prompt on stderr waits for what was printed before it. */
const PROMPT_DELAY_MS = 20;

export class Session {
  #job;
  #input;

  /**
   * Starts an interpreter on a terminal of its own.
   *
   * @param {import('millrace').Pool} pool
   * @param {import('./interpreters.js').Interpreter} interpreter
   * @param {(text: string) => void} onText told what it writes
   */
  static async start(pool, interpreter, onText) {
    const options = await interpreter.options();
    return new Session(await pool.spawn(interpreter.url, { ...options, name: interpreter.id, tty: true }), onText);
  }

  /**
   * @param {Job} job
   * @param {(text: string) => void} onText
   */
  constructor(job, onText) {
    this.#job = job;
    this.#input = job.stdin.getWriter();
    const read = Promise.all([show(job.stdout, 0, onText), show(job.stderr, PROMPT_DELAY_MS, onText)]);
    /** How it ended. @type {Promise<{code: number}>} */
    this.ended = read.then(() => job.status);
  }

  /** Its read() has slept, and now returns. @param {string} line */
  async send(line) {
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** As Ctrl+D on a terminal. */
  async endInput() {
    await this.#input.close();
  }

  /** Wherever it is, also in an endless loop. */
  stop() {
    this.#job.cancel('you stopped it');
  }
}

/**
 * @param {ReadableStream<Uint8Array<ArrayBuffer>>} output
 * @param {number} delayMs
 * @param {(text: string) => void} onText
 */
function show(output, delayMs, onText) {
  const write = async (/** @type {string} */ text) => {
    if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
    onText(text);
    // One piece in a frame: a program that writes more waits, and the page does not.
    await new Promise((resolve) => requestAnimationFrame(resolve));
  };
  // If the program is stopped, its status says so.
  return output
    .pipeThrough(new TextDecoderStream())
    .pipeTo(new WritableStream({ write }))
    .catch(() => {});
}
