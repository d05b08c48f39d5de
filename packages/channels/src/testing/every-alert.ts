import {
  type AlertFacts,
  type AlertGroup,
  type DeliveryKind,
  PROVIDER_INCIDENT_ENDS,
  type Reason,
  REASONS,
} from "@overdue/core";

import { reportFacts, springNote } from "./report-sample.ts";
import { downFacts, testFacts, upFacts } from "./alert-samples.ts";

export const OUTCOMES = ["success", "fail", "lost"] as const;
const SHARED = ["host db1", "address 203.0.113.7", "tag prod", "dependency on “storage”"];
/** What storms of earlier versions contain, and unreadable values: for these, what is shared is not known. */
const UNSHARED = ["", "together", "dependency", "dependency 0199a1b2-0000-7000-8000-0000000000dd", "host"];

const of = (kind: DeliveryKind, reason: Reason): AlertFacts => {
  const facts = kind === "up" ? upFacts : { ...downFacts, kind };
  const { incident } = downFacts;
  return { ...facts, incident: incident === null ? null : { ...incident, reason } };
};

/** A run of four minutes with this outcome. */
export function runFacts(outcome: (typeof OUTCOMES)[number], exitStatus: number | null = null): AlertFacts {
  const startedAt = downFacts.writtenAt - 240_000;
  const endedAt = outcome === "lost" ? null : downFacts.writtenAt;
  const durationMs = outcome === "lost" ? null : 240_000;
  const payload = { outcome, startedAt, endedAt, durationMs, exitStatus, host: "db1" };
  return { ...downFacts, kind: "run", flip: null, incident: null, lastPing: null, payload };
}

/** A notice about a check. */
export function noticeFacts(notice: string): AlertFacts {
  const payload = { at: downFacts.writtenAt, notice, evidence: {} };
  return { ...downFacts, kind: "notice", flip: null, incident: null, lastPing: null, payload };
}

/** Several alerts in one message. */
export function groupFacts(
  parts: readonly (readonly [kind: DeliveryKind, reason: Reason | null])[],
  storm: AlertGroup["storm"] = null,
): AlertFacts {
  const counts = parts.map(([kind, reason]) => ({ kind, reason, count: 1 }));
  const first = parts.map(([kind, reason], index) => ({
    kind,
    reason,
    checkName: `check ${index + 1}`,
    payload: kind === "run" ? runFacts("success").payload : null,
  }));
  return { ...downFacts, group: { counts, first, informational: null, storm } };
}

const informational = {
  checks: 2,
  runs: 3,
  failed: 1,
  notices: 1,
  first: [
    { name: "a", timezone: null, runs: 2, failed: 1, notices: 0, last: runFacts("lost").payload },
    { name: "", timezone: "Europe/Berlin", runs: 1, failed: 0, notices: 1, last: null },
  ],
};

const each = <Key extends string | null>(
  name: string,
  keys: readonly Key[],
  facts: (key: Key) => AlertFacts,
): [string, AlertFacts][] => keys.map((key) => [`${name} ${key}`, facts(key)]);

/** One example of every message that can be sent, by name. */
export const everyMessage: ReadonlyMap<string, AlertFacts> = new Map<string, AlertFacts>([
  ...each("down", REASONS, (reason) => of("down", reason)),
  ...each("reminder", REASONS, (reason) => of("reminder", reason)),
  ...each("up", REASONS, (reason) => of("up", reason)),
  ...each("up that includes its down,", REASONS, (reason) => ({ ...of("up", reason), includesDown: true })),
  ...each("end by", PROVIDER_INCIDENT_ENDS, (endedBy) => ({ ...upFacts, payload: { endedBy } })),
  ...each("run", OUTCOMES, (outcome) => runFacts(outcome, outcome === "fail" ? 1 : null)),
  ...each("run noticed as", REASONS, (noticed) => {
    const run = runFacts("success");
    return { ...run, payload: { ...run.payload, noticed, usualMs: 60_000 } };
  }),
  ...each("notice", [...REASONS, "edited", "of a later version"], noticeFacts),
  ["test", testFacts],
  ["report", reportFacts()],
  ["report on clock changes", reportFacts(springNote)],
  ["system", { ...testFacts, kind: "system", payload: { title: "A channel broke", sentence: "Edit it." } }],
  ["confirm", { ...testFacts, kind: "confirm" }],
  [
    "digest",
    groupFacts([
      ["down", "missed"],
      ["up", "failed"],
      ["run", null],
      ["notice", null],
    ]),
  ],
  ...each("digest of two", REASONS, (reason) =>
    groupFacts([
      ["down", reason],
      ["down", reason],
    ]),
  ),
  [
    "digest of runs",
    {
      ...runFacts("success"),
      group: { counts: [{ kind: "run", reason: null, count: 3 }], first: [], informational, storm: null },
    },
  ],
  ...each("storm that shares", [...SHARED, ...UNSHARED], (shared) =>
    groupFacts(
      [
        ["down", "missed"],
        ["down", "failed"],
      ],
      { id: "0199a1b2-0000-7000-8000-0000000000ff", shared, open: 3 },
    ),
  ),
  [
    "end of a storm",
    groupFacts(
      [
        ["up", "missed"],
        ["up", "failed"],
      ],
      { id: "s", shared: "tag prod", open: 1 },
    ),
  ],
]);
