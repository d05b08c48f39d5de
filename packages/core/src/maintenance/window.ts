import { type CalendarSchedule, type Instant, MINUTE_MS, nextAfter } from "@overdue/schedules";

/**
 * When maintenance takes place. A recurring span begins by the clock of its zone and lasts `minutes`. Weekdays: 1 is
 * Monday, 7 is Sunday.
 */
export type MaintenanceRule =
  | { kind: "once"; from: Instant; until: Instant }
  | { kind: "weekly"; weekdays: readonly number[]; time: string; minutes: number; timezone: string }
  | { kind: "cron"; expression: string; minutes: number; timezone: string };

type Recurring = Exclude<MaintenanceRule, { kind: "once" }>;

/** A maintenance window as it applies to a check. `stoppedAt`: when a person ended the span that was under way. */
export type MaintenanceWindow = { rule: MaintenanceRule; stoppedAt: Instant | null };

/** Half open: `from` is inside, `until` is not. */
export type MaintenanceSpan = { from: Instant; until: Instant };

const STARTS_MAX = 2_000;

/** The span of the windows that contains `at`; of several the last to end; null if there is none. */
export function maintenanceAt(windows: readonly MaintenanceWindow[], at: Instant): MaintenanceSpan | null {
  let longest: MaintenanceSpan | null = null;
  for (const window of windows) {
    const span = lastSpanBy(window, at, at);
    if (span !== null && span.until > at && span.until > (longest?.until ?? -Infinity)) longest = span;
  }
  return longest;
}

/** The last span that begins at or before `by` and ends after `after`; null if there is none. */
function lastSpanBy(window: MaintenanceWindow, by: Instant, after: Instant): MaintenanceSpan | null {
  const { rule } = window;
  const span = rule.kind === "once" ? rule : lastRecurring(rule, by, after);
  if (span === null || span.from > by) return null;
  const stopped = stoppedSpan(span, window.stoppedAt);
  return stopped.until > after && stopped.until > stopped.from ? stopped : null;
}

/** The next span that begins after `after`; null if there is none. */
export function nextSpan({ rule }: MaintenanceWindow, after: Instant): MaintenanceSpan | null {
  if (rule.kind === "once") return rule.from > after ? { from: rule.from, until: rule.until } : null;
  const from = nextAfter(scheduleOf(rule), after);
  return from === null ? null : { from, until: from + rule.minutes * MINUTE_MS };
}

const SPANS_MAX = 20;

/** The first spans of a window between `from` and `until`, with the one under way at `from`; about 20 at most. */
export function spansBetween(
  window: MaintenanceWindow,
  { from, until }: MaintenanceSpan,
): readonly MaintenanceSpan[] {
  const spans: MaintenanceSpan[] = [];
  const underWay = maintenanceAt([window], from);
  if (underWay !== null) spans.push(underWay);
  let next = nextSpan(window, from);
  while (next !== null && next.from < until && spans.length < SPANS_MAX) {
    const span = stoppedSpan(next, window.stoppedAt);
    if (span.until > span.from) spans.push(span);
    next = nextSpan(window, next.from);
  }
  return spans;
}

// Window expressions are read by Overdue's own rules, which include L, LW and MON#2.
const WINDOW_READER = "overdue";

/** The schedule of the starts of a recurring rule. */
export function scheduleOf(rule: Recurring): CalendarSchedule {
  if (rule.kind === "cron") {
    const { expression, timezone } = rule;
    return { kind: "cron", expression, scheduler: WINDOW_READER, timezone };
  }
  const [hour = "0", minute = "0"] = rule.time.split(":");
  const days = rule.weekdays.map((weekday) => weekday % 7).join(",");
  return {
    kind: "cron",
    expression: `${Number(minute)} ${Number(hour)} * * ${days}`,
    timezone: rule.timezone,
  };
}

// Looks back twice as far each time, so that both rare and frequent windows take few steps.
function lastRecurring(rule: Recurring, by: Instant, after: Instant): MaintenanceSpan | null {
  const lengthMs = rule.minutes * MINUTE_MS;
  const earliest = after - lengthMs;
  for (let backMs = lengthMs; ; backMs *= 2) {
    const from = lastStart(rule, Math.max(by - backMs, earliest), by);
    if (from !== null) return { from, until: from + lengthMs };
    if (by - backMs <= earliest) return null;
  }
}

function lastStart(rule: Recurring, after: Instant, by: Instant): Instant | null {
  let last: Instant | null = null;
  for (let count = 0; count < STARTS_MAX; count += 1) {
    const next = startAfter(rule, last ?? after);
    if (next === null || next > by) return last;
    last = next;
  }
  return last;
}

/** A span without a start of the rule; `next` is the start that ends it. */
type Gap = { after: Instant; next: Instant | null };
const GAPS_MAX = 3;
const gapsOf = new WeakMap<Recurring, readonly Gap[]>();

// Cached, since one fold asks for the same start many times and a calendar search is slow.
function startAfter(rule: Recurring, after: Instant): Instant | null {
  const gaps = gapsOf.get(rule) ?? [];
  const known = gaps.find((gap) => gap.after <= after && (gap.next === null || after < gap.next));
  if (known !== undefined) return known.next;
  const next = nextAfter(scheduleOf(rule), after);
  gapsOf.set(rule, [{ after, next }, ...gaps].slice(0, GAPS_MAX));
  return next;
}

function stoppedSpan({ from, until }: MaintenanceSpan, stoppedAt: Instant | null): MaintenanceSpan {
  return stoppedAt !== null && stoppedAt >= from && stoppedAt < until
    ? { from, until: stoppedAt }
    : { from, until };
}

// A deadline that leaves one window inside another moves on to the end of that. More in a row than this never end.
const WINDOWS_IN_A_ROW_MAX = 20;

/**
 * The end of `span` (from a due time to its deadline), moved past the windows that touch it: to the window's end plus the
 * grace and, if that lies in a further window, to the end of that one.
 */
export function postponeForMaintenance(
  windows: readonly MaintenanceWindow[],
  span: { from: Instant; until: Instant },
  graceMs: number,
): Instant {
  let deadlineAt = span.until;
  for (const window of windows) {
    const touching = lastSpanBy(window, span.until, span.from);
    if (touching !== null) deadlineAt = Math.max(deadlineAt, touching.until + graceMs);
  }
  return outOfMaintenance(windows, deadlineAt);
}

/** The first instant from `at` on that lies in no maintenance window. */
export function outOfMaintenance(windows: readonly MaintenanceWindow[], at: Instant): Instant {
  let outAt = at;
  for (let count = 0; count < WINDOWS_IN_A_ROW_MAX; count += 1) {
    const inside = maintenanceAt(windows, outAt);
    if (inside === null) break;
    outAt = inside.until;
  }
  return outAt;
}

const TIMES_MAX = 2_000;

/** The maintenance spans that overlap a span, by the present windows; of each window the newest 2,000 at most. */
export function maintenanceWithin(
  windows: readonly MaintenanceWindow[],
  { from, until }: MaintenanceSpan,
): MaintenanceSpan[] {
  return windows.flatMap((window) => {
    const spans: MaintenanceSpan[] = [];
    let found = lastSpanBy(window, until - 1, from);
    while (found !== null && spans.length < TIMES_MAX) {
      spans.push(found);
      found = lastSpanBy(window, found.from - 1, from);
    }
    return spans;
  });
}
