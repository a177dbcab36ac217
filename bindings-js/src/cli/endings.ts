/** How a guest has ended that has not exited: what is said about it, and the exit code. */
import type { TrapFrame } from '../shared/frame.js';
import { codeOf, exitCodes, Failure, messageOf, signalCodes, type SignalName } from './failure.js';
import type { Package } from './package.js';

/** How it has ended. */
export interface Outcome {
  /** The exit code. */
  readonly code: number;
  /** Without waiting for whoever reads what the guest has written. */
  readonly isAtOnce: boolean;
  /** A line or more, each with its end. */
  readonly text?: string;
}

export function explain(error: unknown, file: string, millrace: Package): Outcome {
  const line = `millrace: ${file}: ${messageOf(error)}\n`;
  const later = (code: number, text = line): Outcome => ({ code, isAtOnce: false, text });
  if (error instanceof Failure) return later(error.exitCode, `millrace: ${error.message}\n`);
  if (error instanceof millrace.TimedOutError) return { code: exitCodes.timedOut, isAtOnce: true, text: line };
  if (error instanceof millrace.TrapError) {
    return later(exitCodes.trapped, `millrace: ${file}: trapped: ${error.message}\n${stackOf(error.frames)}`);
  }
  if (error instanceof millrace.NotStartedError) return later(exitCodes.cannotRun);
  const { cause } = error as Error;
  if (typeof cause === 'string' && cause in signalCodes) {
    return { code: signalCodes[cause as SignalName], isAtOnce: true };
  }
  if (codeOf(cause) === 'EPIPE') return { code: exitCodes.brokenPipe, isAtOnce: true };
  if (codeOf(error) === 'POOL_ENOSPC') return later(exitCodes.failed, line.replace(/\n$/, ': see --max-memory\n'));
  const why = error instanceof millrace.CancelledError && cause !== undefined ? `: ${messageOf(cause)}` : '';
  return later(exitCodes.failed, line.replace(/\n$/, `${why}\n`));
}

/** As engines show them. */
function stackOf(frames: readonly TrapFrame[]): string {
  return frames
    .map(({ name, index, offset }) => {
      const at = offset === undefined ? '' : `:0x${offset.toString(16)}`;
      return `    at ${name ?? '(no name)'} (wasm-function[${index}]${at})\n`;
    })
    .join('');
}
