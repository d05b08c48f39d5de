import { mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { askedFuzz, mulberry32 } from "@overdue/testkit";
import { expect, onTestFinished, test } from "vitest";

import { readContent } from "./spool-entry.ts";
import { encodeRecord } from "./records.ts";
import { SpoolFiles } from "./spool-files.ts";

/**
 * Whatever lies in the files of a spool, reading them ends, throws nothing, returns no record that was not written, and every
 * whole record before and behind the damage. `npm run fuzz` makes 50,000 files up, the test some hundred; FUZZ_SEED repeats a run.
 */
const FILES = askedFuzz().requests ?? 400;
const SEED = askedFuzz().seed ?? 20_261_204;
/** Of the heap, after the first files. */
const GROWTH_BYTES_MAX = 30_000_000;

const next = mulberry32(SEED);
const below = (count: number) => Math.floor(next() * count);
const some = (chance: number) => next() < chance;
const one = <T>(values: readonly [T, ...T[]]): T => values[below(values.length)] ?? values[0];
const randomBytes = (max: number) => Buffer.from(Array.from({ length: below(max) }, () => below(256)));

const PING = {
  target: { kind: "uuid", pingUuid: "11111111-2222-4333-8444-555555555555" },
  record: {
    id: "7c1d6f3a-0000-4000-8000-000000000000",
    receivedAt: 1_800_000_000_000,
    body: "aGk=",
    rid: null,
  },
  said: { kind: "success", method: "GET", exitStatus: null },
  once: null,
};

/** JSON that may be a ping, may nearly be one, and may be anything. */
function aContent(): Buffer {
  const odd = () =>
    one([null, true, -1, 1e308, "", "\0", [], {}, [[[]]], "__proto__", "a".repeat(below(2_000))] as const);
  const changed = (value: object): object =>
    Object.fromEntries(
      Object.entries(value).map(([name, inner]) => [name, some(0.1) ? odd() : (inner as unknown)]),
    );
  const ping = {
    ...changed(PING),
    record: some(0.9) ? changed(PING.record) : odd(),
    said: changed(PING.said),
  };
  const text = JSON.stringify(
    one([{ ping }, { ping }, { beat: below(1e9) }, { beat: odd() }, odd()] as const),
  );
  return some(0.1)
    ? randomBytes(300)
    : Buffer.from(text.slice(0, some(0.1) ? below(text.length) : undefined));
}

/** Damages a file as a dying machine, a failing disk or a clumsy person does. Returns which bytes were written as they are. */
function damageBytes(whole: Buffer): { bytes: Buffer; from: number; to: number } {
  const at = below(whole.length + 1);
  const span = below(whole.length - at + 1);
  const kept = { from: at, to: whole.length - span - at };
  switch (below(6)) {
    case 0:
      return { bytes: whole.subarray(0, at), from: at, to: 0 };
    case 1:
      return {
        bytes: Buffer.concat([whole.subarray(0, at), randomBytes(200), whole.subarray(at)]),
        from: at,
        to: whole.length - at,
      };
    case 2:
      return { bytes: Buffer.concat([whole.subarray(0, at), whole.subarray(at + span)]), ...kept };
    case 3:
      return {
        bytes: Buffer.concat([whole.subarray(0, at), Buffer.alloc(span), whole.subarray(at + span)]),
        ...kept,
      };
    case 4: {
      const bytes = Buffer.from(whole);
      if (bytes.length > 0) bytes[at % bytes.length] = below(256);
      return {
        bytes,
        from: at % Math.max(1, bytes.length),
        to: Math.max(0, bytes.length - 1 - (at % Math.max(1, bytes.length))),
      };
    }
    default:
      return { bytes: whole, from: whole.length, to: 0 };
  }
}

/** The contents whose records lie wholly in the first `from` or the last `to` bytes. */
function wholeOnes(contents: readonly Buffer[], { from, to }: { from: number; to: number }): string[] {
  const sizes = contents.map((content) => encodeRecord(content).length);
  const total = sizes.reduce((sum, size) => sum + size, 0);
  let start = 0;
  return contents.flatMap((content, i) => {
    const end = start + (sizes[i] ?? 0);
    const isWhole = end <= from || start >= total - to;
    start = end;
    return isWhole ? [content.toString("hex")] : [];
  });
}

async function readAll(directory: string): Promise<string[]> {
  const files = new SpoolFiles(directory, () => 1e9);
  const read: string[] = [];
  for (let part = await files.read(); part !== null; part = await files.read()) {
    for (const content of part.contents) {
      const kept = readContent(content);
      // What a keyword filter asks of a kept ping must not fail either.
      if (kept?.kind === "ping") void kept.arrival.record.body?.length;
      read.push(content.toString("hex"));
    }
    files.replayed(part.ends.at(-1) ?? 0);
  }
  expect(files.isEmpty).toBe(true);
  return read;
}

async function readMadeUp(directory: string, number: number): Promise<string | null> {
  const contents = Array.from({ length: below(8) }, aContent).filter(({ length }) => length > 0);
  const { bytes, ...whole } = damageBytes(Buffer.concat(contents.map(encodeRecord)));
  writeFileSync(join(directory, `${String(number).padStart(9, "0")}-1.spool`), bytes);
  const read = await readAll(directory);
  const written = contents.map((content) => content.toString("hex"));
  const strange = read.find((content) => !written.includes(content));
  if (strange !== undefined) return `file ${number}: read what was never written: ${strange.slice(0, 200)}`;
  const lost = wholeOnes(contents, whole).find((content) => !read.includes(content));
  return lost === undefined ? null : `file ${number}: a whole record was not read: ${lost.slice(0, 200)}`;
}

async function readMany(directory: string, from: number, count: number): Promise<string[]> {
  const faults: string[] = [];
  for (let number = from; number < from + count; number += 1) {
    const fault = await readMadeUp(directory, number);
    if (fault !== null) faults.push(fault);
  }
  return faults;
}

test(`${FILES} made-up spool files are read to their end, as far as they are whole, and leave nothing behind`, async () => {
  const directory = mkdtempSync(join(tmpdir(), "overdue-spool-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const faults = await readMany(directory, 0, FILES / 2);
  const before = process.memoryUsage().heapUsed;
  faults.push(...(await readMany(directory, FILES / 2, FILES / 2)));
  expect(faults.slice(0, 10)).toEqual([]);
  expect(readdirSync(directory)).toEqual([]);
  expect(process.memoryUsage().heapUsed - before).toBeLessThan(GROWTH_BYTES_MAX);
}, 3_600_000);
