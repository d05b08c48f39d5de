import type { CheckSettings, Ping, Reason, Run } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import type { Entry, History } from "../history/history.ts";

/** A run as the oracle knows it. */
export type KnownRun = Run & {
  digest: string | null;
  /** The first of its starts that arrived after its end. */
  lateStartAt?: Instant;
  /** What its limit counts from: its start, or the last progress. */
  limitFrom: Instant;
  /** The slot that its start was counted for. */
  slotDueAt: Instant | null;
};

/** Something that may change the status; whatever cannot is left out. */
export type Moment = { at: Instant; settings: CheckSettings } & (
  | { kind: "start"; ping: Ping; run: KnownRun; overlaps: boolean }
  | { kind: "end"; ping: Ping; run: KnownRun; begunAt: Instant; bad: Reason | null }
  | { kind: "log"; ping: Ping }
  | { kind: "overlong"; run: KnownRun }
  | { kind: "pause" | "resume" | "edit" | "maintenance" }
);

/** A ping or an act, with the settings in force just after it. */
export type Fact = { at: Instant; event: Entry["event"]; settings: CheckSettings };

/** The facts in the order in which they happened, which need not be that of their commits. */
export function factsOf({ entries, settings }: History): Fact[] {
  let inForce = settings;
  return entries
    .map(({ event }) => ({ at: event.kind === "ping" ? event.ping.at : event.at, event }))
    .toSorted((a, b) => a.at - b.at)
    .map((fact) => {
      if (fact.event.kind === "edit") inForce = withMaintenance(fact.event.settings, inForce.maintenance);
      if (fact.event.kind === "maintenance") inForce = withMaintenance(inForce, fact.event.windows);
      return { ...fact, settings: inForce };
    });
}

/** An edit of the check keeps the maintenance windows, because they belong to the project. */
function withMaintenance(
  { maintenance: _before, ...settings }: CheckSettings,
  windows: CheckSettings["maintenance"] = [],
): CheckSettings {
  return windows.length === 0 ? settings : { ...settings, maintenance: windows };
}
