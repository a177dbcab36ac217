// What the report says of the machine.

import { readFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';

/** @returns {{cpu: string, cores: number, memoryGiB: number, system: string}} */
export function describeMachine() {
  let system = `${process.platform} ${release()}`;
  try {
    system = `${/^PRETTY_NAME="(.*)"/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1]}, ${system}`;
  } catch {
    // Not a Linux with that file.
  }
  return {
    cpu: `${cpus()[0].model} (${arch()})`,
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    system,
  };
}
