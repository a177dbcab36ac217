// Decisions and data from a seed. The same seed gives the same numbers in every engine.

/** One step of splitmix32. */
function mix(value) {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}

export class Random {
  #state;

  /** @param {...number} seeds all of them matter, and their order */
  constructor(...seeds) {
    this.#state = seeds.reduce((state, seed) => mix(state ^ mix(seed)), 0x6d696c6c);
  }

  /** 0 to `n` - 1. */
  below(n) {
    this.#state = (this.#state + 0x9e3779b9) | 0;
    return Math.floor((mix(this.#state) / 2 ** 32) * n);
  }

  /** True once in `n` times. */
  once(n) {
    return this.below(n) === 0;
  }

  pick(list) {
    return list[this.below(list.length)];
  }

  /** A key of `weights`, as often as its number says. */
  weighted(weights) {
    const entries = Object.entries(weights);
    let at = this.below(entries.reduce((sum, [, weight]) => sum + weight, 0));
    return entries.find(([, weight]) => (at -= weight) < 0)[0];
  }

  /** 0 to `most`, small sizes as likely as large ones. */
  size(most) {
    return this.below((most >>> this.below(Math.ceil(Math.log2(most + 1)))) + 1);
  }
}

/** Bytes without a period that a buffer could have. */
export function bytesFrom(seed, size) {
  const words = new Uint32Array(Math.ceil(size / 4));
  let state = mix(seed) | 1;
  for (let i = 0; i < words.length; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, size);
}

/** Letters and digits, `size` of them. */
export function textFrom(seed, size) {
  const letters = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_';
  return [...bytesFrom(seed, size)].map((byte) => letters[byte % 64]).join('');
}
