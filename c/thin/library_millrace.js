// Connects the thin client's C code, in the program's memory, with thin.js, which reaches the pool's. See bridge.h.
//
// Link with `--js-library library_millrace.js`. The pool's files are loaded when the first pool is made.
//
// `--closure 1` renames what is here, and not what is in thin.js. So values cross by their position, and what is in
// thin.js is called by a name in brackets.
const millraceLibrary = {
  $Millrace__deps: [
    '$callUserCallback',
    '$runtimeKeepalivePush',
    '$runtimeKeepalivePop',
    '$stringToNewUTF8',
    '$UTF8ToString',
    '$dynCall',
  ],
  $Millrace: {
    /** By number: {thin, pool, deliver, owed, waiting, timers}; `thin` as soon as it is open. */
    pools: {},
    next: 1,

    // As in bridge.h and pool.h, or `make check-architecture` fails.
    THIN_SIGNAL_OPENED: 0x40000,
    THIN_SIGNAL_LOADED: 0x50000,
    THIN_SIGNAL_DIED: 0x70000,
    THIN_SIGNAL_QUESTION: 0x80000,
    THIN_SIGNAL_LOG_0: 0x90000,
    THIN_OPTION_LOGS: 7,
    THIN_OPTIONS: 8,
    POOL_EIO: -5,

    /** How often `soon` may run before the event loop has its turn, and has run. */
    soonsAtMost: 256,
    soons: 0,

    /** The folder of thin.js as a URL; `url` may be relative. */
    folder(url) {
      const path = url || locateFile('millrace/');
      if (/^[a-z][a-z+.-]+:/i.test(path)) return path;
      if (!ENVIRONMENT_IS_NODE) return new URL(path, globalThis.document?.baseURI ?? globalThis.location.href).href;
      return new URL(encodeURI(path), require('url')['pathToFileURL'](scriptDirectory)).href;
    },

    start: async (entry, url, name, options) => {
      const script = new URL(ENVIRONMENT_IS_NODE ? 'thin.node.js' : 'thin.js', Millrace.folder(url)).href;
      let thin;
      try {
        thin = await Millrace.fetch(script);
      } catch (error) {
        throw [Millrace.POOL_EIO, `${script} could not be loaded: ${error?.message ?? error}`];
      }
      Millrace.describe = thin['describe'];
      const onSignal = (signal) => Millrace.deliver(entry, signal);
      const onDeath = (text) => Millrace.deliver(entry, Millrace.THIN_SIGNAL_DIED, 0, 0, text);
      const onLog = (level, worker, code, text) =>
        Millrace.deliver(entry, Millrace.THIN_SIGNAL_LOG_0 + level, worker, code, text);
      const logs = options[Millrace.THIN_OPTION_LOGS] !== 0;
      return thin['start'](options, name, onSignal, onDeath, logs ? onLog : undefined);
    },

    /** Opens a pool and delivers how it went. */
    open: async (entry, url, name, options) => {
      try {
        entry.thin = await Millrace.start(entry, url, name, options);
        if (entry.owed > 0) entry.thin['keepAlive'](true);
        Millrace.deliver(entry, Millrace.THIN_SIGNAL_OPENED);
      } catch (error) {
        const [status, text] = error instanceof Error ? Millrace.describe(error) : error;
        Millrace.deliver(entry, Millrace.THIN_SIGNAL_OPENED, 0, status, text);
      }
    },

    load: async (entry, request, source) => {
      let status;
      let text;
      try {
        status = await entry.thin['load'](source);
      } catch (error) {
        [status, text] = Millrace.describe(error);
      }
      Millrace.deliver(entry, Millrace.THIN_SIGNAL_LOADED, request, status, text);
    },

    /** Calls on an empty stack, at once; but whoever asks for the next call in each must not keep the page from its own. */
    soon(call) {
      if (Millrace.soons++ === 0) {
        setTimeout(() => {
          Millrace.soons = 0;
        });
      }
      if (Millrace.soons <= Millrace.soonsAtMost) Promise.resolve().then(call);
      else setTimeout(call);
    },

    /** Tells C, and then whoever is suspended for it. Never lets an exception out: the pool goes on. */
    deliver(entry, signal, number = 0, status = 0, text = undefined) {
      if (entry.closed) return;
      try {
        callUserCallback(() => {
          const string = text === undefined ? 0 : stringToNewUTF8(text);
          dynCall('viiidi', entry.deliver, [entry.pool, signal, number, status, string]);
        });
      } catch (error) {
        setTimeout(() => {
          throw error;
        });
      }
      Millrace.wake(entry, signal);
    },

    /** Wakes who is suspended for a signal; everybody once nothing more will come. */
    wake(entry, signal) {
      for (const waiter of [...entry.waiting]) {
        if (entry.closed || signal === Millrace.THIN_SIGNAL_DIED || waiter.signals.has(signal)) waiter.wake();
      }
    },

    /** Resolves when one of the signals is delivered, or after `timeoutMs` (negative: no such time). */
    wait(id, signals, n, timeoutMs) {
      const entry = Millrace.pools[id];
      const wanted = new Set(HEAPU32.subarray(signals >>> 2, (signals >>> 2) + n));
      return new Promise((resolve) => {
        if (!entry) return resolve();
        const waiter = {
          signals: wanted,
          wake: () => {
            clearTimeout(waiter.timer);
            entry.waiting.delete(waiter);
            resolve();
          },
        };
        if (timeoutMs >= 0) waiter.timer = setTimeout(waiter.wake, Math.min(Math.ceil(timeoutMs), 0x7fffffff));
        entry.waiting.add(waiter);
      });
    },
  },

  pool__thin_open__deps: ['$Millrace'],
  pool__thin_open__sig: 'ippppp',
  pool__thin_open: (pool, deliver, url, name, options) => {
    const id = Millrace.next++;
    const entry = { thin: undefined, pool, deliver, owed: 0, waiting: new Set(), timers: new Map(), closed: false };
    Millrace.pools[id] = entry;
    const numbers = [...HEAPU32.subarray(options >>> 2, (options >>> 2) + Millrace.THIN_OPTIONS)];
    Millrace.open(entry, url ? UTF8ToString(url) : '', name ? UTF8ToString(name) : '', numbers);
    return id;
  },

  pool__thin_shut__deps: ['$Millrace'],
  pool__thin_shut__sig: 'vi',
  pool__thin_shut: (id) => Millrace.pools[id]?.thin?.['shut'](),

  pool__thin_close__deps: ['$Millrace'],
  pool__thin_close__sig: 'vi',
  pool__thin_close: (id) => {
    const entry = Millrace.pools[id];
    if (!entry) return;
    delete Millrace.pools[id];
    entry.closed = true;
    entry.thin?.['keepAlive'](false);
    entry.thin?.['close']();
    Millrace.wake(entry);
  },

  pool__thin_call__deps: ['$Millrace'],
  pool__thin_call__sig: 'iiidii',
  pool__thin_call: (id, which, a, b, c) => Millrace.pools[id].thin['call'](which, a, b, c),

  pool__thin_scratch__deps: ['$Millrace'],
  pool__thin_scratch__sig: 'ii',
  pool__thin_scratch: (id) => Millrace.pools[id].thin['scratch'],

  pool__thin_read__deps: ['$Millrace'],
  pool__thin_read__sig: 'viipi',
  pool__thin_read: (id, from, to, size) => {
    Millrace.pools[id].thin['read'](from, HEAPU8.subarray(to, to + (size >>> 0)));
  },

  pool__thin_write__deps: ['$Millrace'],
  pool__thin_write__sig: 'viipi',
  pool__thin_write: (id, to, from, size) => {
    Millrace.pools[id].thin['write'](to, HEAPU8.subarray(from, from + (size >>> 0)));
  },

  pool__thin_take_call__deps: ['$Millrace'],
  pool__thin_take_call__sig: 'iiip',
  pool__thin_take_call: (id, slot, out) => {
    const call = Millrace.pools[id].thin['takeCall'](slot);
    if (!call) return -1;
    const words = call.slice(0, 2).flatMap((handle) => [handle >>> 0, Math.floor(handle / 2 ** 32)]);
    HEAPU32.set([...words, ...call.slice(2)], out >>> 2);
    return 0;
  },

  pool__thin_load__deps: ['$Millrace'],
  pool__thin_load__sig: 'viipip',
  pool__thin_load: (id, request, bytes, size, url) => {
    const source = url ? UTF8ToString(url) : HEAPU8.slice(bytes, bytes + (size >>> 0));
    Millrace.load(Millrace.pools[id], request, source);
  },

  pool__thin_unload__deps: ['$Millrace'],
  pool__thin_unload__sig: 'iid',
  pool__thin_unload: (id, module) => Millrace.pools[id].thin['unload'](module),

  pool__thin_use__deps: ['$Millrace'],
  pool__thin_use__sig: 'iid',
  pool__thin_use: (id, module) => Millrace.pools[id].thin['use'](module),

  pool__thin_done__deps: ['$Millrace'],
  pool__thin_done__sig: 'vid',
  pool__thin_done: (id, module) => Millrace.pools[id].thin['done'](module),

  pool__thin_serve_import__deps: ['$Millrace'],
  pool__thin_serve_import__sig: 'vippi',
  pool__thin_serve_import: (id, moduleName, name, handler) => {
    Millrace.pools[id].thin['serveImport'](UTF8ToString(moduleName), UTF8ToString(name), handler);
  },

  pool__thin_link__deps: ['$Millrace'],
  pool__thin_link__sig: 'iid',
  pool__thin_link: (id, module) => Millrace.pools[id].thin['link'](module),

  pool__thin_handler_of__deps: ['$Millrace'],
  pool__thin_handler_of__sig: 'iidi',
  pool__thin_handler_of: (id, module, number) => Millrace.pools[id].thin['handlerOf'](module, number),

  pool__thin_post__deps: ['$Millrace'],
  pool__thin_post__sig: 'vii',
  pool__thin_post: (id, signal) => {
    const entry = Millrace.pools[id];
    if (entry) Millrace.soon(() => Millrace.deliver(entry, signal));
  },

  pool__thin_after__deps: ['$Millrace'],
  pool__thin_after__sig: 'vidi',
  pool__thin_after: (id, ms, number) => {
    const entry = Millrace.pools[id];
    const deliver = () => Millrace.deliver(entry, Millrace.THIN_SIGNAL_QUESTION, number);
    if (ms > 0) entry.timers.set(number, setTimeout(deliver, Math.min(Math.ceil(ms), 0x7fffffff)));
    else Millrace.soon(deliver);
  },

  pool__thin_forget_time__deps: ['$Millrace'],
  pool__thin_forget_time__sig: 'vii',
  pool__thin_forget_time: (id, number) => {
    const { timers } = Millrace.pools[id];
    clearTimeout(timers.get(number));
    timers.delete(number);
  },

  pool__thin_owe__deps: ['$Millrace'],
  pool__thin_owe__sig: 'vii',
  pool__thin_owe: (id, change) => {
    if (change > 0) {
      runtimeKeepalivePush();
    } else if (change < 0) {
      runtimeKeepalivePop();
    }
    const entry = Millrace.pools[id];
    if (!entry) return;
    const before = entry.owed > 0;
    entry.owed += change;
    if (entry.owed > 0 !== before) entry.thin?.['keepAlive'](entry.owed > 0);
  },

  pool__thin_can_suspend__deps: ['$Millrace'],
  pool__thin_can_suspend__sig: 'i',
  pool__thin_suspend__deps: ['$Millrace'],
  pool__thin_suspend__sig: 'viiid',
};

// How thin.js is loaded. Closure takes `import()` in ES modules only, where emscripten hides it.
if (USE_CLOSURE_COMPILER && !(EXPORT_ES6 && USE_ES6_IMPORT_META)) {
  Object.assign(millraceLibrary.$Millrace, {
    fetch: (script) => {
      if (!globalThis.document) return new Function('script', 'return import(script)')(script);
      return new Promise((resolve, reject) => {
        const element = document.createElement('script');
        element.type = 'module';
        element.src = script;
        element.onload = () => resolve(globalThis[Symbol.for('millrace.modules')].get(script)); // where thin.js puts itself
        element.onerror = () => reject(new Error('the script is missing, or is not for this page'));
        document.head.append(element);
      });
    },
  });
} else {
  Object.assign(millraceLibrary.$Millrace, { fetch: async (script) => await import(script) });
}

// ASYNCIFY is the link's setting: 0 the program cannot be suspended, 1 by rewriting it, 2 by the engine (-sJSPI).
if (ASYNCIFY === 1) {
  Object.assign(millraceLibrary, {
    // Only one stack can be put aside at a time.
    pool__thin_can_suspend: () => (Asyncify.currData ? 0 : 1),
    pool__thin_suspend__async: true,
    pool__thin_suspend: (id, signals, n, timeoutMs) =>
      Asyncify.handleSleep((wakeUp) => {
        const wait = Millrace.wait(id, signals, n, timeoutMs);
        wait.then(() => callUserCallback(() => wakeUp(0)));
      }),
  });
} else if (ASYNCIFY === 2) {
  Object.assign(millraceLibrary.$Millrace, {
    /**
     * Tells whether the program can be suspended where it is: not under an event of the page's, nor with a function of
     * JavaScript's in between. Only the engine knows. It calls a function that may suspend only if it can be suspended,
     * and suspends for what that returns, so one that throws tells and does not suspend. The exception must not pass
     * through the program, so a module of its own catches it:
     *
     *     (import "#" "#" (func $ask))
     *     (global $heard (export "heard") (mut i32) (i32.const 0))
     *     (func (export "can") (result i32)
     *       (global.set $heard (i32.const 0))
     *       (block $out (try_table (catch_all $out) (call $ask)))
     *       (global.get $heard))
     */
    probe: (otherwise) => {
      const code =
        'AGFzbQEAAAABCAJgAABgAAF/AgcBASMBIwAAAwIBAQYGAX8BQQALBw8CBWhlYXJkAwADY2FuAAEKFQETAEEAJAACQB9AAQIAEAALCyMACw==';
      const bytes = Uint8Array.from(atob(code), (character) => character.charCodeAt(0));
      if (!WebAssembly.validate(bytes) || !WebAssembly['Suspending']) return otherwise;
      const ask = new WebAssembly['Suspending'](() => {
        exports['heard']['value'] = 1;
        throw 0;
      });
      const exports = new WebAssembly.Instance(new WebAssembly.Module(bytes), { '#': { '#': ask } }).exports;
      return exports['can'];
    },
  });
  Object.assign(millraceLibrary, {
    pool__thin_can_suspend: () => 1,
    pool__thin_can_suspend__deps: ['$Millrace'],
    pool__thin_can_suspend__postset: '_pool__thin_can_suspend = Millrace.probe(_pool__thin_can_suspend);',
    pool__thin_suspend__async: true,
    pool__thin_suspend: async (id, signals, n, timeoutMs) => {
      await Millrace.wait(id, signals, n, timeoutMs);
    },
  });
} else {
  Object.assign(millraceLibrary, {
    pool__thin_can_suspend: () => 0,
    pool__thin_suspend: () => undefined,
  });
}

addToLibrary(millraceLibrary);
