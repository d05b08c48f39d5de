import { waitForMaintenance } from "../maintenance/wait.ts";
import { maintenanceAt } from "../maintenance/window.ts";
import { type Instant, SECOND_MS } from "../time.ts";
import type { CheckSettings } from "./check.ts";
import type { Outage } from "./memory.ts";
import type { Draft } from "./draft.ts";

const OUTAGES_MAX = 8;

/** The last instant at which a ping for the slot due at `dueAt` would be in time, outages and windows allowed for. */
export function slotDeadline(settings: CheckSettings, outages: readonly Outage[], dueAt: Instant): Instant {
  const deadlineAt = dueAt + (settings.jitterSeconds + settings.graceSeconds) * SECOND_MS;
  return outages.length === 0 && settings.maintenance === undefined
    ? deadlineAt
    : excused({ from: dueAt, until: deadlineAt }, settings, outages);
}

/** The end of `span`, moved past the outages and then the maintenance windows that touch it. */
export function excused(span: Outage, settings: CheckSettings, outages: readonly Outage[]): Instant {
  const until = waitForOutages(span, settings, outages);
  if (settings.maintenance === undefined) return until;
  return waitForMaintenance(
    settings.maintenance,
    { from: span.from, until },
    settings.graceSeconds * SECOND_MS,
  );
}

/** The end of `span`, moved past every outage that touches it: to the outage's end plus the grace. */
function waitForOutages(span: Outage, settings: CheckSettings, outages: readonly Outage[]): Instant {
  let deadlineAt = span.until;
  for (const outage of outages)
    if (span.from <= outage.until && deadlineAt >= outage.from)
      deadlineAt = Math.max(deadlineAt, outage.until + settings.graceSeconds * SECOND_MS);
  return deadlineAt;
}

/** Whether Overdue could not have heard a job that was due then. */
export function isInOutage(outages: readonly Outage[], dueAt: Instant): boolean {
  return outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
}

/** Whether planned work goes on for the check at this instant. */
export function isInMaintenance({ maintenance }: CheckSettings, at: Instant): boolean {
  return maintenance !== undefined && maintenanceAt(maintenance, at) !== null;
}

/** Remembers a span in which nothing could be received and lets the open runs wait; slots look it up. */
export function foldOutage({ memory, settings }: Draft, outage: Outage): void {
  if (memory.outages.some(({ from, until }) => from <= outage.from && outage.until <= until)) return;
  memory.outages = [...memory.outages, outage].slice(-OUTAGES_MAX);
  memory.outageUntil = Math.max(memory.outageUntil ?? outage.until, outage.until);
  memory.openRuns = memory.openRuns.map((run) =>
    run.overlong
      ? run
      : {
          ...run,
          deadlineAt: excused({ from: run.startedAt, until: run.deadlineAt }, settings, [outage]),
          ...(run.unusualAt !== undefined && {
            unusualAt: excused({ from: run.startedAt, until: run.unusualAt }, settings, [outage]),
          }),
        },
  );
}
