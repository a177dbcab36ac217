// Calls its host by name and prints the reply; or the error's number and text, and exits with 1. AssemblyScript.
//
//   asc ask.ts --optimize --exportStart _start --use abort= --outFile ask_assemblyscript.wasm

@external("millrace", "call")
declare function call(name: usize, nameBytes: usize, data: usize, sizeBytes: usize, reply: usize, capacity: usize): i32;
@external("wasi_snapshot_preview1", "fd_write")
declare function fd_write(fd: i32, iovs: usize, n: usize, nOut: usize): i32;
@external("wasi_snapshot_preview1", "args_sizes_get")
declare function args_sizes_get(nOut: usize, sizeOut: usize): i32;
@external("wasi_snapshot_preview1", "args_get")
declare function args_get(pointersOut: usize, stringsOut: usize): i32;
@external("wasi_snapshot_preview1", "proc_exit")
declare function proc_exit(code: i32): void;

const CAPACITY = 65536;

class Answer {
  constructor(
    public status: i32,
    public text: string,
  ) {}
}

/** The reply as text; or the error, and the host's text about it. */
function ask(name: string, data: string): Answer {
  const nameBytes = String.UTF8.encode(name);
  const dataBytes = String.UTF8.encode(data);
  const reply = new ArrayBuffer(CAPACITY);
  const at = changetype<usize>(reply);
  const status = call(
    changetype<usize>(nameBytes),
    nameBytes.byteLength,
    changetype<usize>(dataBytes),
    dataBytes.byteLength,
    at,
    CAPACITY,
  );
  // Of an error there is a text, with a NUL behind it.
  const text = status < 0 ? String.UTF8.decodeUnsafe(at, CAPACITY, true) : String.UTF8.decodeUnsafe(at, min(status, CAPACITY));
  return new Answer(status, text);
}

function print(text: string): void {
  const bytes = String.UTF8.encode(text + '\n');
  const iovec = new StaticArray<usize>(3);
  iovec[0] = changetype<usize>(bytes);
  iovec[1] = bytes.byteLength;
  fd_write(1, changetype<usize>(iovec), 1, changetype<usize>(iovec) + 2 * sizeof<usize>());
}

function args(): string[] {
  const sizes = new StaticArray<usize>(2);
  args_sizes_get(changetype<usize>(sizes), changetype<usize>(sizes) + sizeof<usize>());
  const pointers = new StaticArray<usize>(<i32>sizes[0]);
  const strings = new ArrayBuffer(<i32>sizes[1]);
  args_get(changetype<usize>(pointers), changetype<usize>(strings));
  const all: string[] = [];
  for (let i = 0; i < pointers.length; i++) all.push(String.UTF8.decodeUnsafe(pointers[i], sizes[1], true));
  return all;
}

const given = args();
const answer = ask(given[1], given[2]);
print(answer.status < 0 ? `error ${answer.status}: ${answer.text}` : answer.text);
if (answer.status < 0) proc_exit(1);
