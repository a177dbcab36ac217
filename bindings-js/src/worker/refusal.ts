/** That an instance was asked something wrong. */
import type { errorCodes } from '../shared/layout.gen.js';

export class Refusal {
  constructor(
    readonly code: keyof typeof errorCodes,
    readonly text: string,
  ) {}
}
