import { readdirSync, readFileSync } from "node:fs";
import { ScheduleError } from "../packages/schedules/src/schedule-error.ts";
import { timesAfter } from "../packages/schedules/src/times.ts";
import { runtimeOffsets } from "../packages/schedules/src/timezones/offsets.ts";
import { useOffsets } from "../packages/schedules/src/timezones/timezones.ts";
import { machineOffsets } from "./machine-timezones.ts";

/**
 * Prints a table of schedulers and how many of their vectors are answered as the program itself answers them, with the tz
 * database of this machine: `npm run vectors`, or `npm run vectors FOLDER` for files `SCHEDULER.json` of
 * `{"vectors":[{"expr","tz","after","next" or "error"}]}`.
 */
type Vector = { expr: string; tz: string; after: string; next?: string[]; error?: string };
type Row = readonly [string, string, string, readonly number[] | null];

const COUNT_ASKED = 4;
const folder =
  process.argv[2] ?? new URL("../packages/schedules/vectors/schedulers", import.meta.url).pathname;
useOffsets((timezone) => machineOffsets(timezone) ?? runtimeOffsets(timezone));
let [passed, total] = [0, 0];
for (const file of readdirSync(folder)
  .filter((name) => name.endsWith(".json"))
  .toSorted()) {
  const { vectors } = JSON.parse(readFileSync(`${folder}/${file}`, "utf8"));
  if (!Array.isArray(vectors)) continue;
  const id = file.replace(".json", "");
  const right = vectors.map(vectorOf).filter((vector) => isRight(id, vector)).length;
  console.log(`${id.padEnd(28)} ${right}/${vectors.length}`);
  passed += right;
  total += vectors.length;
}
console.log(`${"all".padEnd(28)} ${passed}/${total}`);
process.exitCode = passed === total ? 0 : 1;

function vectorOf(row: Vector | Row): Vector {
  if (!Array.isArray(row)) return row as Vector;
  const [expr, tz, after, next] = row as Row;
  const start = Date.parse(after);
  return next === null
    ? { expr, tz, after, error: "refused" }
    : { expr, tz, after, next: next.map((seconds) => format(start + seconds * 1000)) };
}

function isRight(id: string, { expr, tz, after, next }: Vector): boolean {
  const count = next?.length ?? COUNT_ASKED;
  const times: string[] = [];
  try {
    const schedule = { kind: "cron", expression: expr, scheduler: id, timezone: tz } as const;
    for (const at of timesAfter(schedule, Date.parse(after))) {
      if (times.length < count) times.push(format(at));
      if (times.length >= count) break;
    }
  } catch (error) {
    if (!(error instanceof ScheduleError)) throw error;
    return next === undefined;
  }
  return JSON.stringify(times) === JSON.stringify(next);
}

function format(instant: number): string {
  return new Date(instant).toISOString().replace(".000Z", "Z");
}
