import { existsSync, readFileSync } from "node:fs";
import type { OffsetAt } from "../packages/schedules/src/timezones/time-zone.ts";
import { offsetByRule } from "./timezone-rule.ts";

const DATABASE = "/usr/share/zoneinfo";
const HEADER_BYTES = 44;
const SECOND_MS = 1000;

/**
 * Reads the offsets of a zone from the tz database of this machine, so that times can be compared to those of its cron and
 * systemd. Returns null if it has no such zone. The files are TZif, RFC 8536.
 */
export function machineOffsets(timezone: string): OffsetAt | null {
  const path = `${DATABASE}/${timezone}`;
  if (!existsSync(path)) return null;
  const { times, offsets, first, rule } = readZoneFile(readFileSync(path));
  return (instant) => {
    const seconds = Math.floor(instant / SECOND_MS);
    const last = times.at(-1);
    const isPastTable = last === undefined || seconds >= last;
    if (isPastTable && rule !== "") return offsetByRule(rule, seconds) * SECOND_MS;
    return (offsets[lastIndexUpTo(times, seconds)] ?? first) * SECOND_MS;
  };
}

type ZoneFile = { times: number[]; offsets: number[]; first: number; rule: string };

function readZoneFile(file: Buffer): ZoneFile {
  const start = HEADER_BYTES + dataBytes(counts(file, 0), 4);
  const { transitions, types, letters, leaps, standards, universals } = counts(file, start);
  const timesAt = start + HEADER_BYTES;
  const indexesAt = timesAt + transitions * 8;
  const typesAt = indexesAt + transitions;
  const footerAt = typesAt + types * 6 + letters + leaps * 12 + standards + universals;
  const positions = Array.from({ length: transitions }, (_, index) => index);
  return {
    times: positions.map((index) => Number(file.readBigInt64BE(timesAt + index * 8))),
    offsets: positions.map((index) => file.readInt32BE(typesAt + file.readUInt8(indexesAt + index) * 6)),
    first: file.readInt32BE(typesAt),
    rule: file.toString("ascii", footerAt).trim(),
  };
}

type Counts = Record<"universals" | "standards" | "leaps" | "transitions" | "types" | "letters", number>;

function counts(file: Buffer, header: number): Counts {
  const at = (index: number) => file.readUInt32BE(header + 20 + index * 4);
  return {
    universals: at(0),
    standards: at(1),
    leaps: at(2),
    transitions: at(3),
    types: at(4),
    letters: at(5),
  };
}

/** The size of a block of data. The first block is skipped: it has the transitions in 32 bits, for old programs. */
function dataBytes(block: Counts, timeBytes: number): number {
  const { universals, standards, leaps, transitions, types, letters } = block;
  return (
    transitions * (timeBytes + 1) + types * 6 + letters + leaps * (timeBytes + 4) + standards + universals
  );
}

function lastIndexUpTo(times: number[], seconds: number): number {
  let low = 0;
  let high = times.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((times[middle] ?? Infinity) <= seconds) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}
