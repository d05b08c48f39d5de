/**
 * Looks for keywords in a text that comes in pieces, without keeping it: of what went past it holds as many bytes as
 * the longest keyword has, so that one that lies across two pieces is found. The text is UTF-8, in which the bytes of
 * one character never occur inside those of another, so bytes can be compared without decoding them.
 */
export class KeywordScanner {
  readonly found = new Set<string>();
  #wanted: { keyword: string; bytes: Buffer }[];
  #before = Buffer.alloc(0);
  readonly #longest: number;

  constructor(keywords: readonly string[]) {
    this.#wanted = keywords.map((keyword) => ({ keyword, bytes: Buffer.from(keyword) }));
    this.#longest = Math.max(1, ...this.#wanted.map(({ bytes }) => bytes.length));
  }

  add(piece: Uint8Array): void {
    if (this.#wanted.length === 0) return;
    const bytes = Buffer.from(piece.buffer, piece.byteOffset, piece.byteLength);
    const overlap = this.#longest - 1;
    const seam = Buffer.concat([this.#before, bytes.subarray(0, overlap)]);
    this.#wanted = this.#wanted.filter(({ keyword, bytes: wanted }) => {
      if (!bytes.includes(wanted) && !seam.includes(wanted)) return true;
      this.found.add(keyword);
      return false;
    });
    const end = bytes.length >= overlap ? bytes : Buffer.concat([this.#before, bytes]);
    // A copy, so that the piece itself is not kept in memory.
    this.#before = overlap === 0 ? Buffer.alloc(0) : Buffer.from(end.subarray(-overlap));
  }
}
