// How much is in each pipe, and how much has gone through it: from what the stages, the spring and the basin have counted.

import { PIPE_BYTES } from './pipeline-run.js';

/** @typedef {{level: number, passed: number}} Water the share of the pipe that is full, and bytes that have left it */

const PIPES = 4;
/** A stage tells what it has written when it has written it all, and of the last piece a part may be in the pipe already. */
const FULL = 0.9;

export class Waters {
  #spring;
  #basin;
  /** @type {import('./pipeline-run.js').Counts[]} */
  #stages = Array.from({ length: PIPES - 1 }, () => ({ taken: 0, given: 0 }));

  /**
   * @param {{given: number}} spring
   * @param {{taken: number}} basin
   */
  constructor(spring, basin) {
    this.#spring = spring;
    this.#basin = basin;
  }

  /**
   * @param {number} stage
   * @param {import('./pipeline-run.js').Counts} counts
   */
  count(stage, counts) {
    this.#stages[stage] = counts;
  }

  /** @returns {Water[]} in the order of the pipes */
  now() {
    const given = [this.#spring.given, ...this.#stages.map((stage) => stage.given)];
    const taken = [...this.#stages.map((stage) => stage.taken), this.#basin.taken];
    return given.map((bytes, i) => ({
      level: Math.min(Math.max((bytes - taken[i]) / PIPE_BYTES, 0), 1),
      passed: taken[i],
    }));
  }

  /** How many of the pipes are full. */
  get full() {
    return this.now().filter(({ level }) => level > FULL).length;
  }
}
