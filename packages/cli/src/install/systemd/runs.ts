import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

import { readBytes } from "../change.ts";
import { readRecord, type UnitRecord } from "./record-line.ts";

/** How long it is known that a run has ended: its unit's OnFailure= comes right behind. */
const KNOWN_MS = 86_400_000;

/** What is known of runs besides the records: when each started, and of which the end was dealt with. `folder`: the records'. */
export function runsOf(folder: string) {
  const known = join(dirname(folder), "runs");
  const path = (id: string, what: string) => join(known, `${id}.${what}`);
  const has = (id: string, what: string) => readBytes(path(id, what)) !== null;
  mkdirSync(known, { recursive: true, mode: 0o700 });
  return {
    start: (record: string, id: string) => renameSync(record, path(id, "started")),
    startOf: (id: string): UnitRecord | null =>
      readRecord(`${id}.started`, readBytes(path(id, "started")) ?? "", 0),
    earlier: ({ event, of }: UnitRecord): "none" | "end" | "end and outcome" => {
      if (event !== "outcome" || of === null) return "none";
      if (has(of, "reported")) return "end and outcome";
      return has(of, "done") || readBytes(join(folder, `${of}.ended`)) !== null ? "end" : "none";
    },
    /** Notes that an end was dealt with, or an outcome. */
    end: ({ event, invocationId, of }: UnitRecord) => {
      forgetOld(known);
      const id = event === "outcome" ? of : invocationId;
      if (id === null) return;
      writeFileSync(path(id, event === "outcome" ? "reported" : "done"), "", { mode: 0o600 });
      rmSync(path(id, "started"), { force: true });
    },
  };
}

/** Files of runs that are long over. A start stays as long as its run may take: until the machine is started again. */
function forgetOld(folder: string): void {
  for (const name of readdirSync(folder).filter((each) => !each.endsWith(".started"))) {
    const path = join(folder, name);
    if (Date.now() - (statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Infinity) > KNOWN_MS)
      rmSync(path, { force: true });
  }
}
