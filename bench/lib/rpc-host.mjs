// The host's side of the conversation with the guest `rpc`: JSON-RPC 2.0, one message a line, requests in both
// directions. The same code serves ours and every rival; they differ in how bytes travel.

const encoder = new TextEncoder();

export class RpcHost {
  /** @type {Map<number, (message: any) => void>} */
  #pending = new Map();
  #nextId = 1;
  #decoder = new TextDecoder();
  /** The beginning of a line whose end has not come yet. */
  #rest = '';

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {{line: string, result: Promise<any>}} what to send, and what will come of it
   */
  request(method, params) {
    const id = this.#nextId++;
    const result = new Promise((resolve, reject) => {
      this.#pending.set(id, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
    });
    return { line: `${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`, result };
  }

  /**
   * Takes one line: a call, or an answer to one of our requests.
   *
   * @param {string} line
   * @returns {string} the answer to the call; empty: there is none
   */
  takeLine(line) {
    const message = JSON.parse(line);
    if (message.method === undefined) {
      this.#pending.get(message.id)?.(message);
      this.#pending.delete(message.id);
      return '';
    }
    return `${JSON.stringify({ jsonrpc: '2.0', id: message.id, result: message.params.n })}\n`;
  }

  /**
   * Takes whatever bytes have come, which may end in the middle of a line or of a character.
   *
   * @param {Uint8Array} chunk
   * @returns {Uint8Array | undefined} the answers to all calls in it, in one piece
   */
  takeBytes(chunk) {
    const lines = (this.#rest + this.#decoder.decode(chunk, { stream: true })).split('\n');
    this.#rest = lines.pop() ?? '';
    let answers = '';
    for (const line of lines) answers += this.takeLine(line);
    return answers === '' ? undefined : encoder.encode(answers);
  }
}

/**
 * A running guest, whatever lies between it and us.
 *
 * @typedef {object} Session
 * @property {(method: string, params?: object) => Promise<any>} request
 * @property {() => Promise<void>} close ends the guest's input and waits for its end
 */

/**
 * As an application would write it, with nothing but Web Streams.
 *
 * @param {any} pool
 * @param {WebAssembly.Module} module
 * @returns {Promise<Session>}
 */
export async function openOurs(pool, module) {
  const job = await pool.spawn(module, { stderr: 'null' });
  const host = new RpcHost();
  const writer = job.stdin.getWriter();
  const serving = serve(job.stdout.getReader(), writer, host);
  return {
    request: async (method, params) => {
      const { line, result } = host.request(method, params);
      await writer.write(encoder.encode(line));
      return result;
    },
    close: async () => {
      await writer.close();
      await serving;
      const { code } = await job.status;
      if (code !== 0) throw new Error(`the guest exited with ${code}`);
    },
  };
}

/**
 * @param {ReadableStreamDefaultReader<Uint8Array>} reader
 * @param {WritableStreamDefaultWriter<Uint8Array>} writer
 * @param {RpcHost} host
 */
async function serve(reader, writer, host) {
  for (;;) {
    const { value, done } = await reader.read();
    if (done) return;
    const answers = host.takeBytes(value);
    if (answers) await writer.write(answers);
  }
}
