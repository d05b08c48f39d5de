/**
 * Looks for keywords in a text that comes in pieces, without keeping it: of what went past it holds as many bytes as
 * the longest keyword has, so that one that lies across two pieces is found. Each keyword is looked for in the bytes
 * that it has in the encodings jobs write, since few of them say which one it is: a failure that is not recognized next
 * to a success in plain letters would count as a success.
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
 * The bytes of a keyword in UTF-8, with its accents as part of their letters and apart from them (as macOS writes file
 * names), and those in Latin-1 and in UTF-16 of both byte orders (as PowerShell writes files) that no text in UTF-8 has.
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

/** Whether a text in UTF-8 may have these bytes, be it from within one character to within another. */
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
