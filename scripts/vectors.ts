import { readdirSync, readFileSync } from "node:fs";
import { isRight, type Vector } from "../packages/schedules/src/testing/vectors.ts";
import { runtimeOffsets, useOffsets } from "../packages/schedules/src/timezones/timezones.ts";
import { machineOffsets } from "./machine-timezones.ts";

/**
 * `npm run vectors` prints for each scheduler how many of its vectors Overdue answers as the program itself does, with the tz
 * database of this machine. `npm run vectors FOLDER` does so for files `SCHEDULER.json` of
 * `{"vectors":[{"expr","tz","after","next" or "error"}]}`.
 */
type Written = Vector | { expr: string; tz: string; after: string; next?: string[]; error?: string };

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
  const right = (vectors as Written[]).filter((written) => isRight(id, vectorOf(written))).length;
  console.log(`${id.padEnd(28)} ${right}/${vectors.length}`);
  passed += right;
  total += vectors.length;
}
console.log(`${"all".padEnd(28)} ${passed}/${total}`);
process.exitCode = passed === total ? 0 : 1;

function vectorOf(written: Written): Vector {
  if (!("expr" in written)) return written;
  const { expr, tz, after, next } = written;
  const start = Date.parse(after);
  return [expr, tz, after, next === undefined ? null : next.map((at) => (Date.parse(at) - start) / 1_000)];
}
