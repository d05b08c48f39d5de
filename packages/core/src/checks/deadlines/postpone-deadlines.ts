/** Rules 13, 20, 30, 31, 39 and 46: computes one deadline, and postpones it past outages and maintenance. */

import { type Instant, SECOND_MS, windowMs } from "@overdue/schedules";
import { maintenanceAt, outOfMaintenance, postponeForMaintenance } from "../../maintenance/window.ts";
import type { CheckSettings } from "../settings.ts";
import type { OpenRun, Outage } from "../memory.ts";
import type { Draft } from "../draft.ts";

const OUTAGES_MAX = 8;
/** A job that was not answered tries again so soon after an outage. */
const RETRY_MS = 15 * SECOND_MS;

/** The last instant at which a ping for the slot due at `dueAt` would be in time, outages and windows allowed for. */
export function slotDeadline(settings: CheckSettings, outages: readonly Outage[], dueAt: Instant): Instant {
  const waitsMs = (settings.jitterSeconds + settings.graceSeconds) * SECOND_MS;
  const deadlineAt = dueAt + windowMs(settings.schedule, dueAt) + waitsMs;
  return outages.length === 0 && settings.maintenance === undefined
    ? deadlineAt
    : postponeDeadline({ from: dueAt, until: deadlineAt }, settings, outages);
}

/**
 * The end of `span`, moved past the outages and then the maintenance windows that touch it; where maintenance puts it
 * into an outage, past that one too, and out of what is planned then.
 */
export function postponeDeadline(span: Outage, settings: CheckSettings, outages: readonly Outage[]): Instant {
  const { from } = span;
  const { maintenance, graceSeconds } = settings;
  const heardBy = postponeForOutages(span, settings, outages);
  if (maintenance === undefined) return heardBy;
  let until = postponeForMaintenance(maintenance, { from, until: heardBy }, graceSeconds * SECOND_MS);
  if (until === heardBy) return until;
  for (;;) {
    const next = postponeForOutages({ from, until }, settings, outages);
    if (next === until) return next;
    until = outOfMaintenance(maintenance, next);
    if (until === next) return next;
  }
}

/** The limit of a run counts from its start, or its last progress, and waits for outages and maintenance. */
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
 * The end of `span`, moved past every outage that touches it: to the outage's end plus the grace. Several together give
 * back what they took, and one grace: a row of short ones, which somebody may bring about, puts no deadline off for ever.
 */
function postponeForOutages(span: Outage, settings: CheckSettings, outages: readonly Outage[]): Instant {
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

/** Whether Overdue could not have heard a job that was due then. */
export function isInOutage(outages: readonly Outage[], dueAt: Instant): boolean {
  return outages.some((outage) => outage.from <= dueAt && dueAt <= outage.until);
}

/** Whether maintenance goes on for the check at this instant. */
export function isInMaintenance({ maintenance }: CheckSettings, at: Instant): boolean {
  return maintenance !== undefined && maintenanceAt(maintenance, at) !== null;
}

/** Remembers a span in which nothing could be received and lets the open runs wait; slots look it up. */
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
