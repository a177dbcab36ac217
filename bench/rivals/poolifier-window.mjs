// poolifier-web-worker looks for `window` even in a worker, where there is none. Imported before it.

globalThis.window ??= globalThis;
