import { ScheduleError } from "../schedule-error.ts";

/**
 * The whole numbers that Jenkins draws for the `H` of a job: those of Java's `Random`, seeded with the two halves of the MD5 sum
 * of the job's full name, combined by XOR.
 */
function jenkinsHash(jobName: string): (bound: number) => number {
  const sum = md5(new TextEncoder().encode(jobName));
  let seed = 0n;
  for (let index = 0; index < 8; index++)
    seed = (seed << 8n) | BigInt((sum[index] ?? 0) ^ (sum[index + 8] ?? 0));
  let state = (seed ^ 0x5deece66dn) & MASK;
  const next = (bits: number) => {
    state = (state * 0x5deece66dn + 0xbn) & MASK;
    return Number(BigInt.asIntN(32, state >> BigInt(48 - bits)));
  };
  return (bound) => nextBelow(bound, next);
}

const MASK = (1n << 48n) - 1n;

/** `Random.nextInt(bound)`. */
function nextBelow(bound: number, next: (bits: number) => number): number {
  if ((bound & -bound) === bound) return Math.floor((bound * next(31)) / 2 ** 31);
  for (;;) {
    const bits = next(31);
    const value = bits % bound;
    if (bits - value + (bound - 1) < 2 ** 31) return value;
  }
}

const FIELDS = [
  { least: 0, most: 59 },
  { least: 0, most: 23 },
  { least: 1, most: 28 },
  { least: 1, most: 12 },
  { least: 0, most: 6 },
];

/**
 * Replaces each `H`, `H(0-29)` and `H/15` in a line by the times of the job with this name.
 * @throws ScheduleError for a step larger than its range
 */
export function withoutHashes(line: string, jobName: string): string {
  const draw = jenkinsHash(jobName);
  return replaceHashes(line, (range) => drawNumbers(range, draw));
}

function replaceHashes(line: string, replace: (range: HashedRange) => string): string {
  return line
    .split(/[ \t]+/)
    .map((word, index) =>
      word
        .split(",")
        .map((entry) => (HASHED.test(entry) ? replace(hashedRange(entry, index)) : entry))
        .join(","),
    )
    .join(" ");
}

/**
 * A line of the earliest times that `H` may mean, and one of the latest; null: the line has no `H`. If steps leave a shorter rest
 * at the end of a field, it is no window, because not every job runs in it.
 * @throws ScheduleError for a step larger than its range
 */
export function hashWindow(line: string): { from: string; until: string } | null {
  const bounds = (end: "from" | "until") => replaceHashes(line, (range) => boundsOf(range, end));
  const [from, until] = [bounds("from"), bounds("until")];
  return from === line ? null : { from, until };
}

function boundsOf(range: HashedRange, end: "from" | "until"): string {
  refuseStep(range);
  const { from, to, step } = range;
  if (step === 1) return String(end === "from" ? from : to);
  const values: number[] = [];
  for (let value = from; value + step - 1 <= to; value += step)
    values.push(end === "from" ? value : value + step - 1);
  return values.join(",");
}

const HASHED = /^H(?:\((\d+)-(\d+)\))?(?:\/(\d+))?$/;
type HashedRange = { from: number; to: number; step: number };

function hashedRange(entry: string, index: number): HashedRange {
  const { least, most } = FIELDS[index] ?? { least: 0, most: 0 };
  const [, from = least, to = most, step = 1] = HASHED.exec(entry) ?? [];
  return { from: Number(from), to: Number(to), step: Number(step) };
}

function refuseStep({ from, to, step }: HashedRange): void {
  if (step > to - from + 1 || step < 1)
    throw new ScheduleError(
      `H accepts steps from 1 to ${to - from + 1} here, not ${step}: write H alone, or a smaller step.`,
    );
}

function drawNumbers(range: HashedRange, draw: (bound: number) => number): string {
  refuseStep(range);
  const { from, to, step } = range;
  if (step === 1) return String(from + draw(to - from + 1));
  const values: number[] = [];
  for (let value = from + draw(step); value <= to; value += step) values.push(value);
  return values.join(",");
}

const SHIFTS = [
  [7, 12, 17, 22],
  [5, 9, 14, 20],
  [4, 11, 16, 23],
  [6, 10, 15, 21],
];
const SINES = Array.from(
  { length: 64 },
  (_, index) => Math.floor(Math.abs(Math.sin(index + 1)) * 2 ** 32) | 0,
);

function md5(message: Uint8Array): Uint8Array {
  const length = ((message.length + 8) >> 6) * 64 + 64;
  const padded = new DataView(new ArrayBuffer(length));
  for (const [index, byte] of message.entries()) padded.setUint8(index, byte);
  padded.setUint8(message.length, 0x80);
  padded.setUint32(length - 8, message.length * 8, true);
  let state = [0x67452301, 0xefcdab89 | 0, 0x98badcfe | 0, 0x10325476];
  for (let at = 0; at < length; at += 64)
    state = md5Block(state, (word) => padded.getInt32(at + word * 4, true));
  const sum = new DataView(new ArrayBuffer(16));
  for (const [index, word] of state.entries()) sum.setInt32(index * 4, word, true);
  return new Uint8Array(sum.buffer);
}

function md5Block(state: readonly number[], word: (index: number) => number): number[] {
  let [a = 0, b = 0, c = 0, d = 0] = state;
  for (let step = 0; step < 64; step++) {
    const round = step >> 4;
    const [mixed, index] =
      round === 0
        ? [(b & c) | (~b & d), step]
        : round === 1
          ? [(d & b) | (~d & c), (5 * step + 1) % 16]
          : round === 2
            ? [b ^ c ^ d, (3 * step + 5) % 16]
            : [c ^ (b | ~d), (7 * step) % 16];
    const sum = (a + mixed + (SINES[step] ?? 0) + word(index)) | 0;
    const shift = SHIFTS[round]?.[step % 4] ?? 0;
    [a, d, c, b] = [d, c, b, (b + ((sum << shift) | (sum >>> (32 - shift)))) | 0];
  }
  return [a, b, c, d].map((value, index) => (value + (state[index] ?? 0)) | 0);
}
