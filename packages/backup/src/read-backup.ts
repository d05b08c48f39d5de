import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { Readable } from "node:stream";
import { createGunzip, createZstdDecompress } from "node:zlib";

import { DamagedBackup, type Header, type Part, readScript, type TableSum, type Totals } from "./script.ts";
import { AGE_MAGIC, decrypt, type Opening } from "./seal.ts";

const ZSTD_MAGIC = Buffer.from([0x28, 0xb5, 0x2f, 0xfd]);
const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);

/**
 * Reads a backup: encrypted or not, packed with zstd or gzip or not at all, as its first bytes say.
 *
 * @throws DamagedBackup, SealedBackup
 */
export async function* readBackup(file: string, opening: Opening | null): AsyncGenerator<Part> {
  const sealed = await isSealed(file);
  const raw: AsyncIterable<Uint8Array> = createReadStream(file);
  const opened = sealed ? decrypt(raw, opening) : raw;
  try {
    yield* readScript(unpack(opened));
  } catch (error) {
    if (error instanceof Error && "code" in error && /^(Z_|ZSTD_)/.test(String(error.code)))
      throw new DamagedBackup("The backup is not complete, or was changed.", { cause: error });
    if (error instanceof Error && isCutOrChanged(error))
      throw new DamagedBackup("The backup is not complete, or was changed.", { cause: error });
    throw error;
  }
}

/** The words of `age-encryption` for a file whose end is missing, or one of whose bytes is another. */
function isCutOrChanged({ message, name }: Error): boolean {
  return name !== "SealedBackup" && /invalid tag|stream|ciphertext|too short|final chunk/i.test(message);
}

async function isSealed(file: string): Promise<boolean> {
  const handle = await open(file);
  try {
    const { buffer } = await handle.read({ buffer: Buffer.alloc(AGE_MAGIC.length), position: 0 });
    return buffer.equals(AGE_MAGIC);
  } finally {
    await handle.close();
  }
}

async function* unpack(packed: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const bytes = packed[Symbol.asyncIterator]();
  const first = await bytes.next();
  const head = first.done === true ? Buffer.alloc(0) : Buffer.from(first.value);
  const whole = { [Symbol.asyncIterator]: () => startWith(head, bytes) };
  const unpacker = head.subarray(0, 4).equals(ZSTD_MAGIC)
    ? createZstdDecompress()
    : head.subarray(0, 2).equals(GZIP_MAGIC)
      ? createGunzip()
      : null;
  if (unpacker === null) return yield* whole;
  const source = Readable.from(whole);
  source.once("error", (error) => unpacker.destroy(error));
  yield* source.pipe(unpacker) as AsyncIterable<Uint8Array>;
}

async function* startWith(first: Buffer, rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield first;
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) yield next.value;
}

/** What a backup holds. */
export type Contents = { header: Header; tables: TableSum[]; totals: Totals };

/** Reads a backup to its end. @throws DamagedBackup, SealedBackup */
export async function verifyBackup(
  file: string,
  opening: Opening | null,
  onRows: (count: number) => void = () => undefined,
): Promise<Contents> {
  let header: Header | null = null;
  let totals: Totals | null = null;
  const tables: TableSum[] = [];
  for await (const part of readBackup(file, opening)) {
    if (part.kind === "header") ({ header } = part);
    if (part.kind === "rows") onRows(part.count);
    if (part.kind === "table-end") tables.push(part.sum);
    if (part.kind === "end") ({ totals } = part);
  }
  if (header === null || totals === null) throw new DamagedBackup("This is no backup of Overdue.");
  return { header, tables, totals };
}
