import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { FAULTS, type Fault } from "./faults/faults.ts";
import { type Seen, watch } from "./faults/watch.ts";
import { startPair } from "./faults/pair.ts";

/**
 * `npm run proof:faults`: two instances watch each other by SELF_HEARTBEAT_URL. One fault after the other befalls the first;
 * a table says after how many seconds its health pages, its operators' mail and the other instance say so, and after how many
 * all is well again. `--only checker,sender` runs some of them. Ends with 1 if something that must be noticed was not.
 */
const { values } = parseArgs({
  options: { only: { type: "string" }, keep: { type: "boolean", default: false } },
});
const only = values.only?.split(",") ?? null;
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));

const home = mkdtempSync(join(tmpdir(), "overdue-faults-"));
const pair = await startPair(home);
const rows: { fault: Fault; seen: Seen }[] = [];
try {
  await pair.bothWatchEachOther();
  console.log("Both instances are ready, and each has had a heartbeat of the other.");
  for (const fault of FAULTS.filter(({ name }) => only === null || only.includes(name))) {
    if (!fault.isPossible(pair)) {
      console.log(`${fault.name}: left out, since this user may not mount a file system.`);
      continue;
    }
    const seen = await watch(pair, fault);
    rows.push({ fault, seen });
    console.log(`${fault.name}: ${JSON.stringify(seen)}`);
  }
} finally {
  await pair.stop();
  if (!values.keep) rmSync(home, { recursive: true, force: true });
}
console.log(
  `\n| fault | /health/live | /health/ready | the operators, by mail | the other instance | well again |`,
);
console.log("| --- | --- | --- | --- | --- | --- |");
for (const { fault, seen } of rows)
  console.log(
    `| ${fault.text} | ${seen.live} | ${seen.ready} | ${after(seen.mailedMs)} | ${after(seen.otherMs)} | ${after(seen.wellMs)} |`,
  );
const unnoticed = rows.filter(({ fault, seen }) => fault.expects.some((what) => seen[what] === null));
for (const { fault } of unnoticed) console.log(`Not noticed as it must be: ${fault.text}`);
process.exitCode = unnoticed.length > 0 ? 1 : 0;

function after(ms: number | null): string {
  return ms === null ? "–" : `${(ms / 1_000).toFixed(0)} s`;
}
