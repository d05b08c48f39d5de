/** Rules 13, 20, 30, 31, 39 and 46: computes one deadline, and postpones it past outages and maintenance. */

import { type Instant, SECOND_MS, windowMs } from "@overdue/schedules";
import { maintenanceAt, outOfMaintenance, postponeForMaintenance } from "../../maintenance/window.ts";
import type { CheckSettings } from "../settings.ts";
import type { OpenRun, Outage } from "../memory.ts";
import type { Draft } from "../draft.ts";

/** What is waited for is due or begins at `from`, and its deadline is `until`. */
type Wait = { from: Instant; until: Instant };

const OUTAGES_MAX = 8;
/** How long after an outage a job that got no answer may take to send its ping again. */
const RETRY_MS = 15 * SECOND_MS;

/** The deadline of the slot that is due at `dueAt`, postponed past outages and maintenance windows. */
export function slotDeadline(settings: CheckSettings, outages: readonly Outage[], dueAt: Instant): Instant {
  const waitsMs = (settings.jitterSeconds + settings.graceSeconds) * SECOND_MS;
  const deadlineAt = dueAt + windowMs(settings.schedule, dueAt) + waitsMs;
  return outages.length === 0 && settings.maintenance === undefined
    ? deadlineAt
    : postponeDeadline({ from: dueAt, until: deadlineAt }, settings, outages);
}

/**
 * The end of `span`, moved past the outages and then past the maintenance windows that touch it. If maintenance moves it
 * into another outage, it is moved past that too, and to the end of the maintenance that is going on then.
 */
export function postponeDeadline(span: Wait, settings: CheckSettings, outages: readonly Outage[]): Instant {
  const { from } = span;
  const { maintenance, graceSeconds } = settings;
  const afterOutages = postponeForOutages(span, settings, outages);
  if (maintenance === undefined) return afterOutages;
  let until = postponeForMaintenance(maintenance, { from, until: afterOutages }, graceSeconds * SECOND_MS);
  if (until === afterOutages) return until;
  for (;;) {
    const next = postponeForOutages({ from, until }, settings, outages);
    if (next === until) return next;
    until = outOfMaintenance(maintenance, next);
    if (until === next) return next;
  }
}

/** The deadline of a run: its limit after its start, or last progress, postponed past outages and maintenance. */
export function runDeadline(
  { settings, memory }: Draft,
  { startedAt, limitFrom }: Pick<OpenRun, "startedAt" | "limitFrom">,
): Instant {
  return postponeDeadline(
    { from: startedAt, until: limitFrom + limitMs(settings) },
    settings,
    memory.outages,
  );
}

/**
 * The end of `span`, moved past every outage that touches it: to the outage's end plus the grace. Several outages together
 * move it by no more than their summed length plus one grace, but to at least 15 s (or the grace, if shorter) after the
 * last: else somebody who causes one short outage after another could postpone a deadline for ever.
 */
function postponeForOutages(span: Wait, settings: CheckSettings, outages: readonly Outage[]): Instant {
  const graceMs = settings.graceSeconds * SECOND_MS;
  let deadlineAt = span.until;
  let lostMs = 0;
  for (const outage of outages) {
    if (span.from > outage.until || deadlineAt < outage.from) continue;
    lostMs += outage.until - outage.from;
    const latest = Math.max(span.until + lostMs + graceMs, outage.until + Math.min(graceMs, RETRY_MS));
    deadlineAt = Math.max(deadlineAt, Math.min(outage.until + graceMs, latest));
  }
  return deadlineAt;
}

/** Whether a slot was due during an outage, so that its ping may have been lost. */
export function isInOutage(outages: readonly Outage[], dueAt: Instant): boolean {
  return outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
}

/** Whether this instant lies in a maintenance window of the check. */
export function isInMaintenance({ maintenance }: CheckSettings, at: Instant): boolean {
  return maintenance !== undefined && maintenanceAt(maintenance, at) !== null;
}

/** Remembers an outage and postpones the deadlines of open runs. Those of slots are computed when they are needed. */
export function applyOutage(draft: Draft, outage: Outage): void {
  const { memory, settings } = draft;
  if (memory.outages.some(({ from, until }) => from <= outage.from && outage.until <= until)) return;
  memory.outages = [...memory.outages, outage].slice(-OUTAGES_MAX);
  memory.outageUntil = Math.max(memory.outageUntil ?? outage.until, outage.until);
  memory.openRuns = memory.openRuns.map((run) =>
    run.overlong
      ? run
      : {
          ...run,
          deadlineAt: Math.max(run.deadlineAt, runDeadline(draft, run)),
          ...(run.outlierAt !== undefined && {
            outlierAt: postponeDeadline({ from: run.startedAt, until: run.outlierAt }, settings, [outage]),
          }),
        },
  );
}

/** How long a run may take: its own limit, or the grace. */
function limitMs(settings: CheckSettings): number {
  return (settings.maxRuntimeSeconds ?? settings.graceSeconds) * SECOND_MS;
}
