/** The answer to a host call, as it goes to the guest. */

export interface Reply {
  /** 0, or the error. */
  readonly status: number;
  /** The data, or the error's text. */
  readonly bytes: Uint8Array;
}

export const NO_BYTES = new Uint8Array(0);

/** An error that says no more than its status. */
export function bareReply(status: number): Reply {
  return { status, bytes: NO_BYTES };
}
