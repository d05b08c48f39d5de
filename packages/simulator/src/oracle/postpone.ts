import type { CheckSettings, MaintenanceWindow } from "@overdue/core";
import { type Instant, nextAfter, type Schedule } from "@overdue/schedules";
import { DAY, MINUTE, SECOND, type Span } from "../history/history.ts";

/** Rule 39: past every window that the span touches, with the grace, and then out of any further one. */
function postponeForMaintenance(settings: CheckSettings, { from, until }: Span): Instant {
  const touching = spansIn(settings, { from, until });
  const ends = touching.map((span) => span.until + settings.graceSeconds * SECOND);
  return endOfMaintenance(settings, Math.max(until, ...ends));
}

/** The end of the maintenance that goes on at `at`, and of that which goes on then; `at` itself outside of all. */
function endOfMaintenance(settings: CheckSettings, at: Instant): Instant {
  const ends = spansIn(settings, { from: at, until: at }).map(({ until }) => until);
  return ends.length === 0 ? at : endOfMaintenance(settings, Math.max(...ends));
}

/** Whether maintenance goes on. */
export function isInMaintenance(settings: CheckSettings, at: Instant): boolean {
  return spansIn(settings, { from: at, until: at }).length > 0;
}

const NONE: readonly Span[] = [];

/** The spans of all windows that begin by the end of this one and end after its beginning. */
function spansIn({ maintenance }: CheckSettings, { from, until }: Span): readonly Span[] {
  if (maintenance === undefined) return NONE;
  return maintenance
    .flatMap((window) => upTo(window, { from, until }).map((span) => cut(span, window)))
    .filter((span) => span.from <= until && span.until > from && span.until > span.from);
}

function cut({ from, until }: Span, { stoppedAt }: MaintenanceWindow): Span {
  return stoppedAt !== null && from <= stoppedAt && stoppedAt < until
    ? { from, until: stoppedAt }
    : { from, until };
}

/** All spans of a window are listed from its beginning on, once, and looked up in that list. */
const listed = new WeakMap<MaintenanceWindow, { since: Instant; by: Instant; spans: Span[] }>();

function upTo(window: MaintenanceWindow, { from, until }: Span): Span[] {
  const { rule } = window;
  if (rule.kind === "once") return rule.from <= until && rule.until > from ? [rule] : [];
  const since = from - 2 * DAY;
  let list = listed.get(window);
  const schedule = beginnings(rule);
  if (list === undefined || list.since > since) list = { since, by: since, spans: [] };
  while (list.by < until) {
    const next = nextAfter(schedule, list.by);
    if (next === null) break;
    list.spans.push({ from: next, until: next + rule.minutes * MINUTE });
    list.by = next;
  }
  listed.set(window, list);
  const afterLast = list.spans.findIndex((span) => span.from > until);
  return list.spans.slice(
    Math.max(
      0,
      list.spans.findIndex((span) => span.until > from),
    ),
    afterLast < 0 ? undefined : afterLast,
  );
}

function beginnings(rule: Exclude<MaintenanceWindow["rule"], { kind: "once" }>): Schedule {
  const { timezone } = rule;
  if (rule.kind === "cron") return { kind: "cron", expression: rule.expression, timezone };
  const names = ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"];
  const days = rule.weekdays.map((weekday) => names[weekday - 1]).join(",");
  const [hour = 0, minute = 0] = rule.time.split(":").map(Number);
  return { kind: "cron", expression: `${minute} ${hour} * * ${days}`, timezone };
}

/**
 * Rules 30 and 39: a deadline whose time touches an outage waits until its end plus the grace (several outages: what they
 * took and one grace, and 15 s after the last at least), then for maintenance;
 * where that puts it into an outage, the same again.
 */
export function postponeForOutages(outages: readonly Span[], span: Span, settings: CheckSettings): Instant {
  const { from } = span;
  const heardBy = pastOutages(outages, span, settings);
  let until = postponeForMaintenance(settings, { from, until: heardBy });
  while (until !== heardBy) {
    const next = pastOutages(outages, { from, until }, settings);
    if (next === until) break;
    until = endOfMaintenance(settings, next);
    if (until === next) break;
  }
  return until;
}

function pastOutages(outages: readonly Span[], { from, until }: Span, settings: CheckSettings): Instant {
  const grace = settings.graceSeconds * SECOND;
  let deadline = until;
  let taken = 0;
  for (const outage of outages) {
    if (outage.from > deadline || outage.until < from) continue;
    taken += outage.until - outage.from;
    const bound = Math.max(until + taken + grace, outage.until + Math.min(grace, 15 * SECOND));
    deadline = Math.max(deadline, Math.min(outage.until + grace, bound));
  }
  return deadline;
}
