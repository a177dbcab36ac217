// Counts what of streams goes between this thread and the cells that it started: messages, and the bytes in them; and how many
// bytes had gone when the last host call was answered.

const STREAM = ['cell:bytes', 'cell:credit', 'cell:end', 'cell:gone'];

const bytesIn = (message) => (message?.bytes instanceof Uint8Array ? message.bytes.length : 0);

const listenName = (env) => (env.browser ? 'addEventListener' : 'on');

async function workerClass(env) {
  if (env.browser) return globalThis.Worker;
  return (await import('node:worker_threads')).Worker;
}

/** Counts from now on what cells that are started later are sent, and send; `stop` has it stop. */
export async function countCrossing(env) {
  const { prototype } = await workerClass(env);
  const total = { messages: 0, bytes: 0, bytesBeforeReply: 0 };
  const count = (message) => {
    if (!STREAM.includes(message?.type)) return;
    total.messages++;
    total.bytes += bytesIn(message);
  };
  const posting = await changeCrossing(env, (message) => {
    count(message);
    if (Array.isArray(message)) total.bytesBeforeReply = total.bytes;
  });
  const stopListening = listenFirst(env, prototype, (message, deliver) => {
    count(message);
    deliver();
  });
  const stop = () => {
    posting.stop();
    stopListening();
  };
  return { total, stop };
}

/** Has `take` decide when a message is delivered to who listens for those of a worker. Returns what ends that. */
function listenFirst(env, prototype, take) {
  const listen = listenName(env);
  const hear = prototype[listen];
  prototype[listen] = function (type, listener, ...rest) {
    const first = (event) => take(env.browser ? event.data : event, () => listener.call(this, event));
    return hear.call(this, type, type === 'message' ? first : listener, ...rest);
  };
  return () => {
    if (Object.hasOwn(prototype, listen)) delete prototype[listen];
    if (prototype[listen] !== hear) prototype[listen] = hear;
  };
}

/** Has what cells send, that are started later, be under way until it is delivered, one by one, once `hold` was called; only
 * what `isMeant`. */
export async function delayCrossing(env, isMeant = () => true) {
  const { prototype } = await workerClass(env);
  const underway = [];
  let isHeld = false;
  const stop = listenFirst(env, prototype, (message, deliver) => {
    if (isHeld && isMeant(message)) underway.push({ message, deliver });
    else deliver();
  });
  const release = () => {
    isHeld = false;
    for (const { deliver } of underway.splice(0)) deliver();
  };
  return { underway, hold: () => (isHeld = true), release, stop };
}

/** Uses what was made here, which has a `stop`, and stops it whatever happens. */
export async function during(made, use) {
  const crossing = await made;
  try {
    return await use(crossing);
  } finally {
    crossing.stop();
  }
}

/** Has `change` look at each message before it goes to a worker, until `stop` is called. */
export async function changeCrossing(env, change) {
  const { prototype } = await workerClass(env);
  const post = prototype.postMessage;
  prototype.postMessage = function (message, ...rest) {
    change(message);
    return post.call(this, message, ...rest);
  };
  const stop = () => {
    prototype.postMessage = post;
  };
  return { stop };
}
