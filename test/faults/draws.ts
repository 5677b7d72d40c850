/* eslint-disable no-bitwise -- a hash is made of bits */
/**
 * A number from 0 up to 1 for each pair of a seed and a place: the same whenever it is asked, and in whatever order.
 * MurmurHash3's finalizer, which spreads neighbouring numbers over the whole range.
 */
export function draw(seed: number, ...place: readonly number[]): number {
  let hash = mix(seed);
  for (const each of place) { hash = mix(hash ^ Math.imul(each + 1, 0x9e3779b1)); }
  return hash / 0x100000000;
}

function mix(value: number): number {
  let hash = value | 0;
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return (hash ^ hash >>> 16) >>> 0;
}
