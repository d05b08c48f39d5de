import { Readable } from "node:stream";

import { BROKEN_OFF } from "../http/http-server.ts";

/** The kept part of a body, and the length of the whole. */
export type KeptBody = {
  /** The whole body, or its first and its last part; null when there was none. */
  kept: Buffer | null;
  /** How many bytes of `kept` are the first part, if the body is longer than the limit; else null. */
  cutAt: number | null;
  /** How many bytes the body had, counted up to `BYTES_MAX`. */
  bytes: number;
};

/** The largest number of the column; a longer body is stored as this long. */
const BYTES_MAX = 2_147_483_647;
const CHARACTER_BYTES_MAX = 4;

/**
 * Collects a body that comes in pieces. Of a longer one it keeps the first `limit` bytes, as Healthchecks does, and the last
 * `limit` bytes, since the last lines of a log say how the job ended. If something between them is left out, no UTF-8
 * character is cut in two.
 */
export class BodyCollector {
  readonly #limit: number;
  #bytes = 0;
  /** The whole body so far; empty once it is longer than the limit. */
  #pieces: Uint8Array[] = [];
  #long: { head: Buffer; tail: Tail } | null = null;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Adds a piece. @returns the whole body so far at the moment when it becomes longer than the limit, else null */
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

/** Keeps the first and the last `limit` bytes of a body that is in memory already, such as a mail. */
export function keepBody(body: Uint8Array, limit: number): KeptBody {
  const collector = new BodyCollector(limit);
  collector.add(body);
  return collector.result();
}

/** Keeps the last bytes of what is added, in a ring of fixed size. */
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
    return characterBytes(byte) > back ? bytes.subarray(0, bytes.length - back) : bytes;
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

/** How many bytes the UTF-8 character has that begins with this byte; 1 for a byte that begins none. */
function characterBytes(byte: number): number {
  if (byte >= 0b1111_0000) return 4;
  if (byte >= 0b1110_0000) return 3;
  return byte >= 0b1100_0000 ? 2 : 1;
}

export type ReadBody = KeptBody & {
  /** How the body ended: complete, broken off by the other side, or not complete within the time limit. */
  end: "whole" | "broken-off" | "too-slow";
  /** Whether the body contains a keyword. In the part of a long body that is not kept, only the keywords in `Options` are found. */
  mentions: (keyword: string) => boolean;
  /** Those of the keywords in `Options` that a long body contains; none for a body that is kept whole. */
  found: ReadonlySet<string>;
};

const NONE: ReadonlySet<string> = new Set();

type Options = {
  limit: number;
  /** How long a body may take; after that, what has arrived counts as the body. Milliseconds. */
  timeMs: number;
  /** The keywords to look for in the part of a long body that is not kept. Called only for a long body. */
  keywords: () => Promise<readonly string[]>;
};

/**
 * Reads a body of any length and keeps a bounded part of it. Never fails because of the other side: if a body breaks off or
 * takes too long, the part that has arrived counts.
 */
export async function readBody(
  body: Readable | ReadableStream<Uint8Array> | null,
  { limit, timeMs, keywords }: Options,
): Promise<ReadBody> {
  const collector = new BodyCollector(limit);
  if (body === null) return { ...collector.result(), end: "whole", mentions: () => false, found: NONE };
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
  const found = foundBy(scanner);
  return { ...result, end, mentions: mentionTest(result, found), found };
}

/** The same of a text that is in memory already. */
export function bodyOfText(text: string, limit: number): ReadBody {
  const kept = keepBody(Buffer.from(text), limit);
  return { ...kept, end: "whole", mentions: mentionTest(kept, NONE), found: NONE };
}

// A function, since the compiler does not see that a callback sets the variable.
function foundBy(scanner: KeywordScanner | null): ReadonlySet<string> {
  return scanner?.found ?? NONE;
}

/** Returns a test for keywords: in what is kept of the body, and among those that were found in all of it. */
export function mentionTest(
  { kept }: Pick<KeptBody, "kept">,
  found: ReadonlySet<string>,
): ReadBody["mentions"] {
  return (keyword) => {
    if (found.has(keyword)) return true;
    const inKept = new KeywordScanner([keyword]);
    if (kept !== null) inKept.add(kept);
    return inKept.found.has(keyword);
  };
}

/**
 * Calls `take` with each piece, and waits if it returns a promise. The stream is left flowing, so that the remainder of a
 * body that is too slow is discarded and the connection stays usable. @throws what `take` throws
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
    // This listener is never removed, since a stream that breaks off later must not end the process either.
    body.on("error", onClose);
    body.on("data", onData).on("end", onEnd).on("close", onClose).on(BROKEN_OFF, onClose);
    if (body.destroyed) onClose();
  });
}

/**
 * Looks for keywords in a text that comes in pieces, without keeping the text: it keeps only the last bytes, fewer than the
 * longest keyword has, to find a keyword that lies across two pieces. Each keyword is looked for in every encoding that jobs
 * write, since few of them declare one: a failure that is not recognized beside a success in plain letters would count as a
 * success.
 */
export class KeywordScanner {
  readonly found = new Set<string>();
  #wanted: { keyword: string; forms: Buffer[] }[];
  #before = Buffer.alloc(0);
  readonly #longest: number;

  constructor(keywords: readonly string[]) {
    this.#wanted = keywords.map((keyword) => ({ keyword, forms: encodedForms(keyword) }));
    this.#longest = Math.max(1, ...this.#wanted.flatMap(({ forms }) => forms.map(({ length }) => length)));
  }

  add(piece: Uint8Array): void {
    if (this.#wanted.length === 0) return;
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const overlap = this.#longest - 1;
    const seam = Buffer.concat([this.#before, bytes.subarray(0, overlap)]);
    this.#wanted = this.#wanted.filter(({ keyword, forms }) => {
      if (!forms.some((form) => bytes.includes(form) || seam.includes(form))) return true;
      this.found.add(keyword);
      return false;
    });
    const end = bytes.length >= overlap ? bytes : Buffer.concat([this.#before, bytes]);
    // A copy, so that the piece itself is not kept in memory.
    this.#before = overlap === 0 ? Buffer.alloc(0) : Buffer.from(end.subarray(-overlap));
  }
}

/**
 * The bytes of a keyword in UTF-8, with accents composed and decomposed (as macOS writes file names); and in Latin-1 and
 * UTF-16 of both byte orders (as PowerShell writes files), unless a text in UTF-8 may have the same bytes.
 */
function encodedForms(keyword: string): Buffer[] {
  const composed = keyword.normalize("NFC");
  const wide = Buffer.from(composed, "utf16le");
  const single = isLatin1(composed) ? [Buffer.from(composed, "latin1")] : [];
  const others = [...single, wide, Buffer.from(wide).swap16()].filter((form) => !mayStandInUtf8(form));
  const forms = [keyword, composed, keyword.normalize("NFD")].map((text) => Buffer.from(text));
  return [...forms, ...others].filter(
    (form, index, all) => all.findIndex((other) => other.equals(form)) === index,
  );
}

function isLatin1(text: string): boolean {
  return Buffer.from(text, "latin1").toString("latin1") === text;
}

/** Whether a UTF-8 text may contain these bytes, even if they begin or end within a character. */
function mayStandInUtf8(bytes: Buffer): boolean {
  if (bytes.includes(0)) return false;
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  try {
    new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(Math.max(0, start)), { stream: true });
    return true;
  } catch {
    return false;
  }
}
