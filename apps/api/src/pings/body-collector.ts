/** What is kept of a body, and how much of it there was. */
export type KeptBody = {
  /** The whole body, or its first and its last part; null when there was none. */
  kept: Buffer | null;
  /** How many bytes of `kept` are the first part, where the body is longer than the limit; else null. */
  cutAt: number | null;
  /** How many bytes came, at most `BYTES_MAX`. */
  bytes: number;
};

/** What the column holds; a body that is longer is recorded as this long. */
const BYTES_MAX = 2_147_483_647;
const CHARACTER_BYTES_MAX = 4;

/**
 * Collects a body that comes in pieces. Of one that is longer than `limit` bytes it keeps the first `limit` bytes, as
 * Healthchecks does, and the last ones, as many again: a log says in its last lines how the job ended. Where something
 * between them is left out, no character of UTF-8 is cut in two.
 */
export class BodyCollector {
  readonly #limit: number;
  #bytes = 0;
  /** All that came, until that is more than the limit. */
  #pieces: Uint8Array[] = [];
  #long: { head: Buffer; tail: Tail } | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Answers all that came so far with the piece that makes the body longer than the limit, else null. */
  add(piece: Uint8Array): Buffer | null {
    this.#bytes += piece.length;
    if (this.#long !== null) {
      this.#long.tail.add(piece);
      return null;
    }
    this.#pieces.push(piece);
    return this.#bytes > this.#limit ? this.#becomeLong() : null;
  }

  result(): KeptBody {
    const bytes = Math.min(this.#bytes, BYTES_MAX);
    if (this.#bytes === 0) return { kept: null, cutAt: null, bytes };
    if (this.#long === null) return { kept: Buffer.concat(this.#pieces), cutAt: null, bytes };
    const { head, tail } = this.#parts(this.#long);
    return { kept: Buffer.concat([head, tail]), cutAt: head.length, bytes };
  }

  #parts({ head, tail }: { head: Buffer; tail: Tail }): { head: Buffer; tail: Buffer } {
    const end = tail.bytes();
    if (head.length + end.length === this.#bytes) return { head, tail: end };
    return { head: withoutHalfCharacterAtEnd(head), tail: withoutHalfCharacterAtStart(end) };
  }

  #becomeLong(): Buffer {
    const all = Buffer.concat(this.#pieces);
    this.#pieces = [];
    const tail = new Tail(this.#limit);
    tail.add(all.subarray(this.#limit));
    // A copy, so that the rest of the first pieces is not kept in memory.
    this.#long = { head: Buffer.from(all.subarray(0, this.#limit)), tail };
    return all;
  }
}

/** Keeps at most `limit` bytes of a body that is in memory already; for mails and other sources that are no streams. */
export function keptOf(body: Uint8Array, limit: number): KeptBody {
  const collector = new BodyCollector(limit);
  collector.add(body);
  return collector.result();
}

/** The last bytes of what was added: a ring of fixed size, however small the pieces are. */
class Tail {
  readonly #ring: Buffer;
  #at = 0;
  #isFull = false;

  constructor(size: number) {
    this.#ring = Buffer.allocUnsafe(size);
  }

  add(piece: Uint8Array): void {
    const last = piece.subarray(Math.max(0, piece.length - this.#ring.length));
    const untilEnd = last.subarray(0, this.#ring.length - this.#at);
    this.#ring.set(untilEnd, this.#at);
    this.#ring.set(last.subarray(untilEnd.length), 0);
    this.#isFull ||= this.#at + last.length >= this.#ring.length;
    this.#at = this.#ring.length === 0 ? 0 : (this.#at + last.length) % this.#ring.length;
  }

  bytes(): Buffer {
    const before = this.#ring.subarray(0, this.#at);
    return this.#isFull ? Buffer.concat([this.#ring.subarray(this.#at), before]) : before;
  }
}

function withoutHalfCharacterAtEnd(bytes: Buffer): Buffer {
  for (let back = 1; back < CHARACTER_BYTES_MAX && back <= bytes.length; back += 1) {
    const byte = bytes[bytes.length - back] ?? 0;
    if (isContinuation(byte)) continue;
    return lengthSaidBy(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
  }
  return bytes;
}

function withoutHalfCharacterAtStart(bytes: Buffer): Buffer {
  const start = bytes.subarray(0, CHARACTER_BYTES_MAX).findIndex((byte) => !isContinuation(byte));
  return start > 0 ? bytes.subarray(start) : bytes;
}

function isContinuation(byte: number): boolean {
  return (byte & 0b1100_0000) === 0b1000_0000;
}

/** How many bytes the character has that begins with this one; 1 for what begins none. */
function lengthSaidBy(byte: number): number {
  if (byte >= 0b1111_0000) return 4;
  if (byte >= 0b1110_0000) return 3;
  return byte >= 0b1100_0000 ? 2 : 1;
}
