import type { ByteRange } from './store';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/qfacts.html */
const MAX_PARTS = 10_000;
const MAX_PART_BYTES = 5 * 1024 ** 3;
const PREFERRED_PART_BYTES = 512 * 1024 ** 2;

/** The parts of a multipart copy: those the object was uploaded in, or even ones as large as they have to be. */
export function rangesOf(size: number, uploadedIn?: readonly number[]): ByteRange[] {
  const sizes = uploadedIn !== undefined && sum(uploadedIn) === size ? uploadedIn : evenSizes(size);
  const ranges: ByteRange[] = [];
  let first = 0;
  for (const bytes of sizes) {
    ranges.push({ first, last: first + bytes - 1 });
    first += bytes;
  }
  return ranges;
}

function evenSizes(size: number): number[] {
  const bytes = Math.min(MAX_PART_BYTES, Math.max(PREFERRED_PART_BYTES, Math.ceil(size / MAX_PARTS)));
  const whole = Math.floor(size / bytes);
  const rest = size - whole * bytes;
  return [...Array<number>(whole).fill(bytes), ...(rest > 0 ? [rest] : [])];
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, each) => total + each, 0);
}
