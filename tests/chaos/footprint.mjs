// What a run has of its machine: memory, threads, descriptors. From /proc, for processes of any kind.
import { readdirSync, readFileSync } from 'node:fs';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** The names that engines give to threads of workers. */
const WORKER_THREAD = /^(DedicatedWorker|DOM Worker|WebCore: Worker)/;

/** The processes that run pages, by their command lines. What the browser's own process has grows with its driver: in
 * Firefox by a MiB a second, for the messages of the console and the network. */
const PAGE_PROCESS = /--type=renderer|-isForBrowser|WebKitWebProcess/;

const MIB = 2 ** 20;

/** This process, after a collection of its garbage. */
export async function nodeFootprint() {
  setFlagsFromString('--expose-gc');
  const gc = runInNewContext('gc');
  for (let i = 0; i < 3; i++) {
    gc();
    await new Promise((resolve) => setTimeout(resolve, 20)); // finalizers run in between
  }
  const { rss, heapUsed } = process.memoryUsage();
  return {
    rssMib: rss / MIB,
    heapMib: heapUsed / MIB,
    handles: process.getActiveResourcesInfo().filter((name) => name !== 'Timeout').length,
    descriptors: countIn(`/proc/${process.pid}/fd`),
    threads: countIn(`/proc/${process.pid}/task`),
  };
}

/** All processes that this one has started, and they; of the memory, what those have that run pages. */
export function childrenFootprint() {
  const sum = { rssMib: 0, descriptors: 0, workerThreads: 0 };
  for (const pid of descendants()) {
    try {
      sum.rssMib += PAGE_PROCESS.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ? rssOf(pid) / MIB : 0;
      sum.descriptors += countIn(`/proc/${pid}/fd`);
      sum.workerThreads += workerThreads(pid);
    } catch {
      // It has ended meanwhile.
    }
  }
  return sum;
}

function rssOf(pid) {
  return Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
}

function countIn(folder) {
  return readdirSync(folder).length;
}

function workerThreads(pid) {
  return readdirSync(`/proc/${pid}/task`).filter((tid) => WORKER_THREAD.test(threadName(pid, tid))).length;
}

/** Nothing, if it has ended meanwhile; those that have not still count. */
function threadName(pid, tid) {
  try {
    return readFileSync(`/proc/${pid}/task/${tid}/comm`, 'utf8');
  } catch {
    return '';
  }
}

function descendants() {
  const all = processes();
  const found = [];
  const visit = (pid) => {
    for (const child of all.filter(({ parent }) => parent === pid)) {
      found.push(child.pid);
      visit(child.pid);
    }
  };
  visit(process.pid);
  return found;
}

function processes() {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const [, parent] = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').pop().split(' ');
        return [{ pid: Number(pid), parent: Number(parent) }];
      } catch {
        return [];
      }
    });
}
