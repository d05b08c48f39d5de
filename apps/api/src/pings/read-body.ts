import { Readable } from "node:stream";

import { BROKEN_OFF } from "../http/http-server.ts";
import { KeywordScanner } from "./keyword-scanner.ts";

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
export function keepBody(body: Uint8Array, limit: number): KeptBody {
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

export type ReadBody = KeptBody & {
  /** How it ended: whole, broken off by the other side, or still on its way when our time was over. */
  end: "whole" | "broken-off" | "too-slow";
  /** Whether a keyword stands anywhere in it; of a long body only those that were asked for are known. */
  mentions: (keyword: string) => boolean;
};

type Options = {
  limit: number;
  /** How long a body may take; what has come by then is what there is. Milliseconds. */
  timeMs: number;
  /** The keywords that matter, which are looked for while a long body goes past; asked for only then. */
  keywords: () => Promise<readonly string[]>;
};

/**
 * Reads a body of any length and keeps a bounded part of it. Never fails for what the other side does: a body that
 * breaks off or takes too long counts with what came of it.
 */
export async function readBody(
  body: Readable | ReadableStream<Uint8Array> | null,
  { limit, timeMs, keywords }: Options,
): Promise<ReadBody> {
  const collector = new BodyCollector(limit);
  if (body === null) return { ...collector.result(), end: "whole", mentions: () => false };
  let scanner: KeywordScanner | null = null;
  const take = (piece: Uint8Array): Promise<void> | null => {
    scanner?.add(piece);
    const allSoFar = collector.add(piece);
    if (allSoFar === null) return null;
    return keywords().then((wanted) => {
      scanner = new KeywordScanner(wanted);
      scanner.add(allSoFar);
    });
  };
  const end = await readPieces(body instanceof Readable ? body : Readable.from(body), take, timeMs);
  const result = collector.result();
  return { ...result, end, mentions: mentionTest(result, scanner) };
}

function mentionTest({ kept }: KeptBody, scanner: KeywordScanner | null): ReadBody["mentions"] {
  return (keyword) => {
    if (scanner?.found.has(keyword) === true) return true;
    const inKept = new KeywordScanner([keyword]);
    if (kept !== null) inKept.add(kept);
    return inKept.found.has(keyword);
  };
}

/**
 * Hands over each piece as it comes, and waits where the taker asks for it. The stream is left flowing, so that what
 * still comes is discarded and the connection can go on. @throws what the taker throws
 */
function readPieces(
  body: Readable,
  take: (piece: Uint8Array) => Promise<void> | null,
  timeMs: number,
): Promise<ReadBody["end"]> {
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      body.off("data", onData).off("end", onEnd).off("close", onClose).off(BROKEN_OFF, onClose);
      body.resume();
      outcome();
    };
    const onData = (piece: Uint8Array) => {
      const busy = take(piece);
      if (busy === null) return;
      body.pause();
      busy.then(
        () => body.resume(),
        (error: unknown) => settle(() => reject(error)),
      );
    };
    const onEnd = () => settle(() => resolve("whole"));
    const onClose = () => settle(() => resolve("broken-off"));
    const timer = setTimeout(() => settle(() => resolve("too-slow")), timeMs);
    // Heard to the last, since a stream that breaks off later must not end the process either.
    body.on("error", onClose);
    body.on("data", onData).on("end", onEnd).on("close", onClose).on(BROKEN_OFF, onClose);
    if (body.destroyed) onClose();
  });
}
