import { mkdirSync, readdirSync, statSync } from "node:fs";
import { type FileHandle, open, unlink } from "node:fs/promises";
import { join } from "node:path";

import { decodeRecords, encodeRecord } from "./records.ts";

type Append = { bytes: Buffer; done: () => void; failed: (error: unknown) => void };
/** A file of the spool; `size`: how much of it is written, and on the disk. */
type SpoolFile = { path: string; size: number };
type OpenFile = SpoolFile & { handle: FileHandle };

const READ_BYTES = 4_000_000;

/** The spool has no room for another ping, or cannot be written. */
class SpoolFull extends Error {
  override name = "SpoolFull";
}

/**
 * The files of a receiver's spool, oldest first. Each record is on the disk when its append resolves; appends that come
 * together share one write and one flush. A file is deleted once all of it was replayed.
 */
export class SpoolFiles {
  readonly #directory: string;
  readonly #room: () => number;
  /** Complete files, which are only read any more. */
  #closed: SpoolFile[] = [];
  #current: OpenFile | null = null;
  #waiting: Append[] = [];
  #isWriting = false;
  /** Writing and closing never happen at the same time. */
  #turn: Promise<unknown> = Promise.resolve();
  #waitingBytes = 0;
  #number = 0;
  /** How much of the oldest file was replayed. */
  #position = 0;

  /** Takes over the files that are there. `room`: how many bytes they may have together. */
  constructor(directory: string, room: () => number) {
    this.#directory = directory;
    this.#room = room;
    this.#closed = filesIn(directory);
  }

  get bytes(): number {
    const whole = [...this.#closed, ...(this.#current === null ? [] : [this.#current])];
    return Math.max(0, whole.reduce((sum, { size }) => sum + size, 0) - this.#position);
  }

  /** When the oldest file was begun, in epoch milliseconds; null: there is none. */
  get since(): number | null {
    const [oldest = this.#current] = this.#closed;
    return oldest === null ? null : Number(/-(\d+)\.spool$/.exec(oldest.path)?.[1]);
  }

  get isEmpty(): boolean {
    return (
      this.#closed.length === 0 && this.#current === null && this.#waiting.length === 0 && !this.#isWriting
    );
  }

  /** Resolves once the record is on the disk. @throws SpoolFull beyond the limit, or what the disk reports */
  append(content: Buffer): Promise<void> {
    const bytes = encodeRecord(content);
    if (this.bytes + this.#waitingBytes + bytes.length > this.#room())
      return Promise.reject(new SpoolFull("The spool of pings is full."));
    this.#waitingBytes += bytes.length;
    return new Promise((done, failed) => {
      this.#waiting.push({ bytes, done, failed });
      if (!this.#isWriting) void this.#write();
    });
  }

  async #write(): Promise<void> {
    this.#isWriting = true;
    while (this.#waiting.length > 0) {
      const batch = this.#waiting;
      this.#waiting = [];
      const bytes = Buffer.concat(batch.map((append) => append.bytes));
      try {
        await this.#inTurn(() => this.#writeOut(bytes));
        for (const { done } of batch) done();
      } catch (error) {
        for (const { failed } of batch) failed(error);
      }
      this.#waitingBytes -= bytes.length;
    }
    this.#isWriting = false;
  }

  async #writeOut(bytes: Buffer): Promise<void> {
    const file = (this.#current ??= await this.#create());
    try {
      for (let written = 0; written < bytes.length;) {
        const { bytesWritten } = await file.handle.write(
          bytes,
          written,
          bytes.length - written,
          file.size + written,
        );
        written += bytesWritten;
      }
      await file.handle.datasync();
      file.size += bytes.length;
    } catch (error) {
      // No sender got the answer that these are kept; the next write begins at the same place.
      await file.handle.truncate(file.size).catch(() => undefined);
      throw error;
    }
  }

  async #create(): Promise<OpenFile> {
    mkdirSync(this.#directory, { recursive: true, mode: 0o700 });
    this.#number += 1;
    // In the order of their names, whatever the clock does.
    const name = `${String(this.#number).padStart(9, "0")}-${Date.now()}.spool`;
    const path = join(this.#directory, name);
    const handle = await open(path, "wx+", 0o600);
    await flushDirectory(this.#directory);
    return { path, handle, size: 0 };
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const done = this.#turn.then(work);
    this.#turn = done.catch(() => undefined);
    return done;
  }

  /** Lets later appends go to a new file, so that the present one can be read to its end. */
  rotate(): Promise<void> {
    return this.#inTurn(() => this.#closeCurrent());
  }

  async #closeCurrent(): Promise<void> {
    const file = this.#current;
    if (file === null) return;
    this.#current = null;
    this.#closed.push({ path: file.path, size: file.size });
    await file.handle.close().catch(() => undefined);
  }

  /**
   * Reads on in the oldest complete file. Returns the contents of its next whole records, where in the file each of them ends,
   * and how much is damaged and was skipped; null at the end of all complete files.
   */
  async read(): Promise<{ contents: Buffer[]; ends: number[]; skipped: number } | null> {
    for (let [file] = this.#closed; file !== undefined; [file] = this.#closed) {
      for (let wanted = READ_BYTES; this.#position < file.size; wanted *= 2) {
        const isEnd = this.#position + wanted >= file.size;
        const bytes = await readPart(file.path, this.#position, Math.min(wanted, file.size - this.#position));
        const { contents, ends, next, skipped } = decodeRecords(bytes, 0, isEnd);
        const from = this.#position;
        if (contents.length > 0) return { contents, ends: ends.map((end) => from + end), skipped };
        // Nothing but damage; or a record that is longer than what was read, of which more is read then.
        if (isEnd || skipped > 0) this.#position += isEnd ? bytes.length : next;
      }
      await this.#remove(file);
    }
    return null;
  }

  /** What `read` returned last is stored up to this end of a record, and is never returned again by this process. */
  replayed(end: number): void {
    this.#position = end;
  }

  async #remove(file: SpoolFile): Promise<void> {
    await unlink(file.path).catch(() => undefined);
    this.#closed = this.#closed.filter((each) => each !== file);
    this.#position = 0;
  }

  async close(): Promise<void> {
    await this.rotate();
  }
}

async function readPart(path: string, position: number, length: number): Promise<Buffer> {
  const handle = await open(path, "r");
  try {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, position);
    return bytes.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** After a power cut the entry of a new file is there only if its directory was flushed. */
async function flushDirectory(directory: string): Promise<void> {
  const handle = await open(directory, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** The files of a directory, oldest first; none where it cannot be read. */
function filesIn(directory: string): SpoolFile[] {
  try {
    return readdirSync(directory)
      .filter((name) => name.endsWith(".spool"))
      .toSorted()
      .map((name) => ({ path: join(directory, name), size: statSync(join(directory, name)).size }));
  } catch {
    return [];
  }
}
