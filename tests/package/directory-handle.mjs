// An empty FileSystemDirectoryHandle, as far as the package uses one, for examples that are of browsers.

function fileHandle(name) {
  let parts = [];
  return {
    kind: 'file',
    name,
    getFile: async () => new Blob(parts),
    createWritable: async () => ({
      write: async ({ data }) => void parts.push(data.slice()),
      truncate: async () => undefined,
      close: async () => undefined,
      abort: async () => void (parts = []),
    }),
  };
}

export function directoryHandle(name = '') {
  const entries = new Map();
  const get = (make) => async (child) => {
    if (!entries.has(child)) entries.set(child, make(child));
    return entries.get(child);
  };
  return {
    kind: 'directory',
    name,
    entries: async function* () {
      yield* entries;
    },
    getFileHandle: get(fileHandle),
    getDirectoryHandle: get(directoryHandle),
    removeEntry: async (child) => void entries.delete(child),
  };
}
