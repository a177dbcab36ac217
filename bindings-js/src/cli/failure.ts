/** What ends the command line before a guest has: said on stderr, and an exit code. Those of a guest are its own. */

/** As shells, `timeout` and `env` have them. */
export const exitCodes = {
  failed: 1,
  usage: 2,
  timedOut: 124,
  cannotRun: 126,
  notFound: 127,
  trapped: 134,
  brokenPipe: 141,
} as const;

/** A shell tells of a signal by 128 and its number. */
export const signalCodes = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const;

export type SignalName = keyof typeof signalCodes;

/** Something that a sentence tells, and nobody needs a stack of. */
export class Failure extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode: number = exitCodes.failed) {
    super(message);
    this.exitCode = exitCode;
  }
}

/** The command line itself is wrong. */
export function usageError(message: string): Failure {
  return new Failure(message, exitCodes.usage);
}

/** An error's `code`, as of Node's own. */
export function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
