import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { checkOut, newMigrations, previousCommit } from "./upgrade/previous.ts";
import { type Outcome, runUpgrade } from "./upgrade/run.ts";

/**
 * `npm run proof:upgrade`: the previous release runs under pings, edits and alerts; the database is migrated by this one below
 * it; it goes on for a while, and its processes are then replaced one after the other. Nothing may be lost, refused or missed.
 * `--from COMMIT`: which release; by default the newest commit whose migrations differ. `--seconds 60`: how long the previous
 * release runs on the new schema. Ends with 1 if anything is wrong.
 */
const { values } = parseArgs({
  options: {
    from: { type: "string" },
    seconds: { type: "string", default: "60" },
    rate: { type: "string", default: "40" },
    keep: { type: "boolean", default: false },
  },
});
for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
const commit = previousCommit(values.from ?? null);
const home = realpathSync(mkdtempSync(join(tmpdir(), "overdue-upgrade-")));
const previous = join(home, "previous");
let isClean = false;
try {
  checkOut(commit, previous);
  const migrations = newMigrations(commit);
  console.log(
    `From ${commit.slice(0, 10)}, ${migrations.length} migrations: ${migrations.join(", ") || "none"}.`,
  );
  const options = {
    previous,
    current: join(import.meta.dirname, ".."),
    home: join(home, "run"),
    seconds: Number(values.seconds),
    rate: Number(values.rate),
  };
  const begun = performance.now();
  const outcome = await runUpgrade(options, (sentence) =>
    console.log(`${((performance.now() - begun) / 1_000).toFixed(0)} s: ${sentence}`),
  );
  isClean = report(outcome);
} finally {
  if (isClean && !values.keep) rmSync(home, { recursive: true, force: true });
  else console.log(`Logs and ledger: ${home}`);
}
process.exitCode = isClean ? 0 : 1;

/** Prints what came out. @returns whether all is as it must be */
function report({ findings, firstTry, failures, ...outcome }: Outcome): boolean {
  const { excused, ...wrong } = findings;
  const faults = { ...wrong, "not answered at the first attempt": firstTry, "failed requests": failures };
  console.log(
    `\n${outcome.pings} pings acknowledged, the slowest after ${(outcome.slowestMs / 1_000).toFixed(1)} s; ` +
      `${outcome.requests} requests of the API; ${outcome.problems} problems of jobs; ` +
      `the migration took ${(outcome.migratedMs / 1_000).toFixed(1)} s.`,
  );
  for (const [name, all] of Object.entries(faults)) {
    console.log(`${all.length > 0 ? "WRONG " : "      "}${name}: ${all.length}`);
    for (const sentence of all.slice(0, 8)) console.log(`        ${sentence}`);
  }
  if (excused.length > 0) console.log(`      late by the proof's own doing: ${excused.length}`);
  return (
    outcome.pings > 0 && outcome.problems > 0 && Object.values(faults).every(({ length }) => length === 0)
  );
}
