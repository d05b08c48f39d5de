import { createHash } from "node:crypto";
import { z } from "zod";

/**
 * The text of a backup: SQL that psql reads, and comments that say what it must contain. The rows are in PostgreSQL's text
 * format, which every version of it reads.
 *
 *     -- overdue backup {"format":1,"at":"2026-12-01T03:15:00.000Z","migratedTo":1764547200000,…}
 *     COPY "projects" ("id","name") FROM stdin;
 *     …
 *     \.
 *     -- overdue table {"name":"projects","rows":12,"sha256":"…"}
 *     -- overdue end {"tables":60,"rows":1234}
 */
export const Header = z.object({
  format: z.literal(1),
  /** When the snapshot was taken. */
  at: z.iso.datetime(),
  /** The newest migration of the database, in milliseconds, as the journal of migrations names it. */
  migratedTo: z.int(),
  /** The version of the server. */
  postgres: z.string(),
  /** The instance's SECRET_KEY; left out where it was not to be included. */
  secretKey: z.string().optional(),
});
export type Header = z.infer<typeof Header>;

const TableEnd = z.object({ name: z.string(), rows: z.int(), sha256: z.string() });
/** What a table contained: its rows and the SHA-256 of their text. */
export type TableSum = z.infer<typeof TableEnd>;

const End = z.object({ tables: z.int(), rows: z.int() });
export type Totals = z.infer<typeof End>;

/** The file is no backup, is not complete, or was changed. */
export class DamagedBackup extends Error {
  override name = "DamagedBackup";
}

/** What stands in a backup, in its order. `rows`: whole lines. */
export type Part =
  | { kind: "header"; header: Header }
  | { kind: "table"; name: string; copy: string }
  | { kind: "rows"; rows: Buffer; count: number }
  | { kind: "table-end"; sum: TableSum }
  | { kind: "end"; totals: Totals };

export const headerLine = (header: Header) => comment("backup", header);
export const tableEndLine = (sum: TableSum) => `\\.\n${comment("table", sum)}`;
export const endLine = (totals: Totals) => comment("end", totals);

export function copyLine(table: string, columns: readonly string[]): string {
  return `COPY ${quoteIdentifier(table)} (${columns.map(quoteIdentifier).join(",")}) FROM stdin;\n`;
}

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** JSON escapes line breaks, so that a comment ends where its line does. */
function comment(word: string, value: object): string {
  return `-- overdue ${word} ${JSON.stringify(value)}\n`;
}

/** Counts and hashes the rows of a table. */
export class RowSum {
  #rows = 0;
  readonly #hash = createHash("sha256");

  /** `lines`: whole lines. @returns how many they are */
  add(lines: Buffer): number {
    this.#hash.update(lines);
    const count = countLines(lines);
    this.#rows += count;
    return count;
  }

  sum(name: string): TableSum {
    return { name, rows: this.#rows, sha256: this.#hash.digest("hex") };
  }
}

const NEWLINE = 10;

function countLines(lines: Buffer): number {
  let count = 0;
  for (let at = lines.indexOf(NEWLINE); at >= 0; at = lines.indexOf(NEWLINE, at + 1)) count += 1;
  return count;
}

/**
 * Reads the text of a backup, and holds every table and the whole against what it says of itself.
 *
 * @throws DamagedBackup where it is not as it was written
 */
export async function* readScript(text: AsyncIterable<Uint8Array>): AsyncGenerator<Part> {
  const reader = new ScriptReader();
  for await (const chunk of text) yield* reader.read(chunk);
  reader.assertEnded();
}

const END_OF_ROWS = Buffer.from("\\.\n");
const LATER_END_OF_ROWS = Buffer.from("\n\\.\n");

class ScriptReader {
  #unread: Buffer = Buffer.alloc(0);
  /** The table whose rows are being read. */
  #table: { name: string; sum: RowSum } | null = null;
  /** What was read of the table whose end comes next. */
  #read: TableSum | null = null;
  readonly #totals: Totals = { tables: 0, rows: 0 };
  #hasHeader = false;
  #hasEnded = false;

  *read(chunk: Uint8Array): Generator<Part> {
    this.#unread = Buffer.concat([this.#unread, chunk]);
    for (;;) {
      const part = this.#table === null ? this.#nextLine() : this.#nextRows(this.#table);
      if (part === undefined) return;
      if (part !== null) yield part;
    }
  }

  assertEnded(): void {
    if (!this.#hasEnded) throw new DamagedBackup("The backup is not complete: its end is missing.");
  }

  /** @returns null for a line without meaning, undefined where the next line is not there yet */
  #nextLine(): Part | null | undefined {
    const end = this.#unread.indexOf(NEWLINE);
    if (end < 0) return undefined;
    const line = this.#take(end + 1)
      .toString("utf8")
      .trimEnd();
    if (this.#hasEnded) throw new DamagedBackup("There is something after the end of the backup.");
    const table = /^COPY "((?:[^"]|"")+)" /.exec(line)?.[1]?.replaceAll('""', '"');
    if (table !== undefined && this.#hasHeader) {
      this.#table = { name: table, sum: new RowSum() };
      return { kind: "table", name: table, copy: line.replace(/;$/, "") };
    }
    const [, word, json] = /^-- overdue (backup|table|end) (\{.*\})$/.exec(line) ?? [];
    if (word === undefined || json === undefined) throw new DamagedBackup("This is no backup of Overdue.");
    return this.#readComment(word, json);
  }

  #readComment(word: string, json: string): Part {
    if (word === "backup") {
      this.#hasHeader = true;
      return { kind: "header", header: parse(Header, json) };
    }
    if (word === "table") {
      const sum = parse(TableEnd, json);
      const isSame = this.#read?.rows === sum.rows && this.#read.sha256 === sum.sha256;
      if (!isSame)
        throw new DamagedBackup(`The rows of ${sum.name} in the backup are not those that were written.`);
      this.#totals.tables += 1;
      this.#totals.rows += sum.rows;
      return { kind: "table-end", sum };
    }
    const totals = parse(End, json);
    const isSame = totals.tables === this.#totals.tables && totals.rows === this.#totals.rows;
    if (!isSame) throw new DamagedBackup("A table is missing in the backup.");
    this.#hasEnded = true;
    return { kind: "end", totals };
  }

  #nextRows(table: { name: string; sum: RowSum }): Part | null | undefined {
    if (this.#unread.subarray(0, END_OF_ROWS.length).equals(END_OF_ROWS)) {
      this.#take(END_OF_ROWS.length);
      this.#read = table.sum.sum(table.name);
      this.#table = null;
      return null;
    }
    const end = this.#unread.indexOf(LATER_END_OF_ROWS);
    const until = end >= 0 ? end + 1 : this.#unread.lastIndexOf(NEWLINE) + 1;
    if (until === 0) return undefined;
    const rows = this.#take(until);
    return { kind: "rows", rows, count: table.sum.add(rows) };
  }

  #take(bytes: number): Buffer {
    const taken = this.#unread.subarray(0, bytes);
    this.#unread = this.#unread.subarray(bytes);
    return taken;
  }
}

function parse<S extends z.ZodType>(schema: S, json: string): z.output<S> {
  try {
    return schema.parse(JSON.parse(json));
  } catch (cause) {
    throw new DamagedBackup("The backup was made by a newer version of Overdue, or was changed.", { cause });
  }
}
