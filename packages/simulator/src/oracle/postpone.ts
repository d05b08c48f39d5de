import type { CheckSettings, MaintenanceWindow } from "@overdue/core";
import { type Instant, nextAfter, type Schedule } from "@overdue/schedules";
import { DAY, MINUTE, SECOND, type Span } from "../history/history.ts";

/**
 * Rule 39: moves a deadline past the end plus the grace of every window that its span touches; if it then lies in another
 * window, to the end of that.
 */
function postponeForMaintenance(settings: CheckSettings, { from, until }: Span): Instant {
  const touching = spansIn(settings, { from, until });
  const ends = touching.map((span) => span.until + settings.graceSeconds * SECOND);
  return endOfMaintenance(settings, Math.max(until, ...ends));
}

/** The first instant from `at` on that lies in no maintenance window. */
function endOfMaintenance(settings: CheckSettings, at: Instant): Instant {
  const ends = spansIn(settings, { from: at, until: at }).map(({ until }) => until);
  return ends.length === 0 ? at : endOfMaintenance(settings, Math.max(...ends));
}

/** Whether `at` lies in a maintenance window. */
export function isInMaintenance(settings: CheckSettings, at: Instant): boolean {
  return spansIn(settings, { from: at, until: at }).length > 0;
}

const NONE: readonly Span[] = [];

/** The maintenance spans that overlap this span. */
function spansIn({ maintenance }: CheckSettings, { from, until }: Span): readonly Span[] {
  if (maintenance === undefined) return NONE;
  return maintenance
    .flatMap((window) => occurrencesIn(window, { from, until }).map((span) => cutSpan(span, window)))
    .filter((span) => span.from <= until && span.until > from && span.until > span.from);
}

function cutSpan({ from, until }: Span, { stoppedAt }: MaintenanceWindow): Span {
  return stoppedAt !== null && from <= stoppedAt && stoppedAt < until
    ? { from, until: stoppedAt }
    : { from, until };
}

/** More than any generated window lasts. */
const WINDOW_MS_MAX = 2 * DAY;

/** The spans of a recurring window so far, listed once, because they are looked up for every deadline. */
type Occurrences = { since: Instant; listedUntil: Instant; spans: Span[] };
const occurrences = new WeakMap<MaintenanceWindow, Occurrences>();

/** The spans of a window that overlap a span. */
function occurrencesIn(window: MaintenanceWindow, { from, until }: Span): Span[] {
  const { rule } = window;
  if (rule.kind === "once") return rule.from <= until && rule.until > from ? [rule] : [];
  const since = from - WINDOW_MS_MAX;
  let list = occurrences.get(window);
  const schedule = beginnings(rule);
  if (list === undefined || list.since > since) list = { since, listedUntil: since, spans: [] };
  while (list.listedUntil < until) {
    const next = nextAfter(schedule, list.listedUntil);
    if (next === null) break;
    list.spans.push({ from: next, until: next + rule.minutes * MINUTE });
    list.listedUntil = next;
  }
  occurrences.set(window, list);
  const afterLast = list.spans.findIndex((span) => span.from > until);
  return list.spans.slice(
    Math.max(
      0,
      list.spans.findIndex((span) => span.until > from),
    ),
    afterLast < 0 ? undefined : afterLast,
  );
}

/** A schedule of the instants at which a recurring window begins. */
function beginnings(rule: Exclude<MaintenanceWindow["rule"], { kind: "once" }>): Schedule {
  const { timezone } = rule;
  if (rule.kind === "cron") return { kind: "cron", expression: rule.expression, timezone };
  const names = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
  const days = rule.weekdays.map((weekday) => names[weekday - 1]).join(",");
  const [hour = 0, minute = 0] = rule.time.split(":").map(Number);
  return { kind: "cron", expression: `${minute} ${hour} * * ${days}`, timezone };
}

/**
 * Rules 30 and 39: postpones a deadline first for outages, then for maintenance. If maintenance moves it into an outage, both
 * are repeated until neither moves it.
 */
export function postponeDeadline(outages: readonly Span[], span: Span, settings: CheckSettings): Instant {
  const { from } = span;
  const afterOutages = postponeForOutages(outages, span, settings);
  let until = postponeForMaintenance(settings, { from, until: afterOutages });
  while (until !== afterOutages) {
    const next = postponeForOutages(outages, { from, until }, settings);
    if (next === until) break;
    until = endOfMaintenance(settings, next);
    if (until === next) break;
  }
  return until;
}

/**
 * Rule 30: a deadline whose span overlaps an outage moves to the end of the outage plus the grace. Several outages move it by
 * their total length and one grace at most, but to 15 s after the last one at least.
 */
function postponeForOutages(
  outages: readonly Span[],
  { from, until }: Span,
  settings: CheckSettings,
): Instant {
  const graceMs = settings.graceSeconds * SECOND;
  let deadline = until;
  let totalMs = 0;
  for (const outage of outages) {
    if (outage.from > deadline || outage.until < from) continue;
    totalMs += outage.until - outage.from;
    const latest = Math.max(until + totalMs + graceMs, outage.until + Math.min(graceMs, 15 * SECOND));
    deadline = Math.max(deadline, Math.min(outage.until + graceMs, latest));
  }
  return deadline;
}
