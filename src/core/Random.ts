/** Random numbers that can be replayed: each follows from a seed, so a jitter is computed again and need not be stored. */

/**
 * A generator of numbers in [0, 1) that depends on the seed alone.
 *
 * The seed is the 32-bit FNV-1a of the text, the generator is mulberry32 (Tommy Ettinger, public domain). Its 2^32 states are
 * plenty for jitter, and not enough for secrets.
 */
export const randomOf = (seed: string): (() => number) => {
  let state = 0x811c9dc5;
  for (let i = 0; i < seed.length; i++) state = Math.imul(state ^ seed.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};
