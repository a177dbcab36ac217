// Counts what of streams goes between this thread and the cells that it started: messages, and the bytes in them; and how many
// bytes had gone when the last host call was answered.

const STREAM = ['cell:bytes', 'cell:credit', 'cell:end', 'cell:gone'];

const bytesIn = (message) => (message?.bytes instanceof Uint8Array ? message.bytes.length : 0);

async function workerClass(env) {
  if (env.browser) return globalThis.Worker;
  return (await import('node:worker_threads')).Worker;
}

/** Counts from now on what cells that are started later are sent, and send; `stop` has it stop. */
export async function countCrossing(env) {
  const { prototype } = await workerClass(env);
  const listen = env.browser ? 'addEventListener' : 'on';
  const [post, hear] = [prototype.postMessage, prototype[listen]];
  const total = { messages: 0, bytes: 0, bytesBeforeReply: 0 };
  const count = (message) => {
    if (!STREAM.includes(message?.type)) return;
    total.messages++;
    total.bytes += bytesIn(message);
  };
  prototype.postMessage = function (message, ...rest) {
    count(message);
    if (Array.isArray(message)) total.bytesBeforeReply = total.bytes;
    return post.call(this, message, ...rest);
  };
  prototype[listen] = function (type, listener, ...rest) {
    const counted = (event) => {
      count(env.browser ? event.data : event);
      return listener.call(this, event);
    };
    return hear.call(this, type, type === 'message' ? counted : listener, ...rest);
  };
  const stop = () => {
    prototype.postMessage = post;
    if (Object.hasOwn(prototype, listen)) delete prototype[listen];
    if (prototype[listen] !== hear) prototype[listen] = hear;
  };
  return { total, stop };
}
