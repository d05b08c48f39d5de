import type { Instant } from "@overdue/schedules";
import type { Reason, Status } from "../checks/check.ts";
import { type Span, lengthOf, mergeWithin, without } from "./spans.ts";

/** How many slots had each outcome; `lateMostMs`: the largest lateness among the late ones. */
export type SlotSums = {
  onTime: number;
  late: number;
  missed: number;
  failed: number;
  excluded: number;
  lateMostMs: number | null;
};
/** How long the runs took that ended with a known duration; null if there were none. */
export type RunSums = { meanMs: number | null; longestMs: number | null };

/** What is known of a check for a span, and for the span before it. */
export type CheckRecord = {
  id: string;
  name: string;
  createdAt: Instant;
  /** The status when the report is made. */
  status: Status;
  /** Last success or fail. */
  lastPingAt: Instant | null;
  pausedAt: Instant | null;
  line: StatusLine;
  slots: { now: SlotSums; before: SlotSums };
  runs: { now: RunSums; before: RunSums };
  maintenance: readonly Span[];
};

type OpenIncident = { checkId: string; name: string; reason: Reason; openedAt: Instant };
type BrokenChannel = { id: string; name: string; brokenAt: Instant; because: string };

/** The data that a report is made from. */
export type ReportSources = {
  span: Span;
  before: Span;
  checks: readonly CheckRecord[];
  outages: readonly Span[];
  open: readonly OpenIncident[];
  broken: readonly BrokenChannel[];
};

/** How many items there are, and the first few of them. */
type Few<Item> = { total: number; first: readonly Item[] };
/** A value for the span, and for the span before it. */
type Compared<Value = number> = { now: Value; before: Value };

/** The content of a report on a project. Shares are from 0 to 1; null if nothing counts. */
export type Report = {
  checks: number;
  uptime: Compared<number | null>;
  leftOut: { pausedChecks: number; maintenanceChecks: number; outageMs: number };
  onTime: Compared;
  late: Compared;
  missed: Compared;
  failed: Compared;
  excluded: Compared;
  downs: Compared;
  worst: Few<{ checkId: string; name: string; uptime: number; downMs: number; downs: number }>;
  latest: Few<{ checkId: string; name: string; late: number; lateMostMs: number }>;
  slowest: Few<{ checkId: string; name: string; longestMs: number; usualMs: number | null }>;
  neverRan: Few<{ checkId: string; name: string; createdAt: Instant }>;
  silent: Few<{ checkId: string; name: string; lastPingAt: Instant }>;
  paused: Few<{ checkId: string; name: string; pausedAt: Instant | null }>;
  open: Few<OpenIncident>;
  broken: Few<BrokenChannel>;
};

type Reported = CheckRecord & { now: Uptime; was: Uptime; downs: number };

const SHOWN_MAX = 5;

/** Computes the content of a report. */
export function reportOf({ span, before, checks, outages, open, broken }: ReportSources): Report {
  const reported = checks.map((check) => summarize(check, { span, before, outages }));
  return {
    checks: checks.length,
    uptime: {
      now: meanUptime(reported.map(({ now }) => now)),
      before: meanUptime(reported.map(({ was }) => was)),
    },
    leftOut: {
      pausedChecks: reported.filter(({ now }) => now.pausedMs > 0).length,
      maintenanceChecks: reported.filter(({ now }) => now.maintenanceMs > 0).length,
      outageMs: outageWithin(outages, span),
    },
    ...slotTotals(checks),
    downs: {
      now: sum(reported, ({ downs }) => downs),
      before: sum(reported, (check) => downsIn(check, before)),
    },
    worst: worstOf(reported),
    latest: latestOf(checks),
    slowest: slowestOf(checks),
    ...withoutPings(checks, span),
    open: few(open),
    broken: few(broken),
  };
}

type Sides = { span: Span; before: Span; outages: readonly Span[] };

function summarize(check: CheckRecord, { span, before, outages }: Sides): Reported {
  const leftOut: LeftOut = { maintenance: check.maintenance, outages };
  const since = ({ from, until }: Span) => ({ from: Math.max(from, check.createdAt), until });
  return {
    ...check,
    now: uptimeOf(check.line, since(span), leftOut),
    was: uptimeOf(check.line, since(before), leftOut),
    downs: downsIn(check, span),
  };
}

function meanUptime(uptimes: readonly Uptime[]): number | null {
  const counted = sum(uptimes, ({ countedMs }) => countedMs);
  return counted === 0 ? null : 1 - sum(uptimes, ({ downMs }) => downMs) / counted;
}

function outageWithin(outages: readonly Span[], { from, until }: Span): number {
  const lengths = outages.map((outage) => Math.min(outage.until, until) - Math.max(outage.from, from));
  return sum(lengths, (length) => Math.max(0, length));
}

function slotTotals(checks: readonly CheckRecord[]) {
  const compareTotals = (of: (sums: SlotSums) => number): Compared => ({
    now: sum(checks, ({ slots }) => of(slots.now)),
    before: sum(checks, ({ slots }) => of(slots.before)),
  });
  return {
    onTime: compareTotals(({ onTime }) => onTime),
    late: compareTotals(({ late }) => late),
    missed: compareTotals(({ missed }) => missed),
    failed: compareTotals(({ failed }) => failed),
    excluded: compareTotals(({ excluded }) => excluded),
  };
}

function downsIn({ line }: CheckRecord, { from, until }: Span): number {
  return line.changes.filter(({ at, to }) => to === "down" && at >= from && at < until).length;
}

function worstOf(checks: readonly Reported[]): Report["worst"] {
  const down = checks.filter(({ now }) => now.downMs > 0);
  return few(
    down
      .toSorted((one, other) => other.now.downMs - one.now.downMs || order(one, other))
      .map(({ id, name, now, downs }) => ({
        checkId: id,
        name,
        uptime: 1 - now.downMs / now.countedMs,
        downMs: now.downMs,
        downs,
      })),
  );
}

function latestOf(checks: readonly CheckRecord[]): Report["latest"] {
  const late = checks.flatMap(({ id, name, slots }) =>
    slots.now.late === 0
      ? []
      : [{ checkId: id, name, late: slots.now.late, lateMostMs: slots.now.lateMostMs ?? 0 }],
  );
  return few(late.toSorted((one, other) => other.late - one.late || order(one, other)));
}

function slowestOf(checks: readonly CheckRecord[]): Report["slowest"] {
  const timed = checks.flatMap(({ id, name, runs }) =>
    runs.now.longestMs === null
      ? []
      : [{ checkId: id, name, longestMs: runs.now.longestMs, usualMs: runs.before.meanMs }],
  );
  return few(timed.toSorted((one, other) => other.longestMs - one.longestMs || order(one, other)));
}

/** The checks without a success or a fail: never, none in the span, or because they are paused. */
function withoutPings(
  checks: readonly CheckRecord[],
  span: Span,
): Pick<Report, "neverRan" | "silent" | "paused"> {
  const named = checks.toSorted(order).map((check) => ({ ...check, checkId: check.id }));
  const awaited = named.filter(({ status }) => status !== "paused");
  return {
    neverRan: few(awaited.flatMap((check) => (check.lastPingAt === null ? [neverRan(check)] : []))),
    silent: few(
      awaited.flatMap(({ checkId, name, lastPingAt }) =>
        lastPingAt !== null && lastPingAt < span.from ? [{ checkId, name, lastPingAt }] : [],
      ),
    ),
    paused: few(
      named.flatMap(({ checkId, name, status, pausedAt }) =>
        status === "paused" ? [{ checkId, name, pausedAt }] : [],
      ),
    ),
  };
}

function neverRan({ id, name, createdAt }: CheckRecord) {
  return { checkId: id, name, createdAt };
}

function few<Item>(items: readonly Item[]): Few<Item> {
  return { total: items.length, first: items.slice(0, SHOWN_MAX) };
}

function order(one: { name: string }, other: { name: string }): number {
  return one.name < other.name ? -1 : Number(one.name > other.name);
}

function sum<Item>(items: readonly Item[], of: (item: Item) => number): number {
  return items.reduce((total, item) => total + of(item), 0);
}

/** A check's status over time: the first one, and each change after it, oldest first. */
type StatusLine = { first: Status; changes: readonly { at: Instant; to: Status }[] };

/** Spans that do not count for or against a check: maintenance, and outages of Overdue itself. */
export type LeftOut = { maintenance: readonly Span[]; outages: readonly Span[] };

/** The parts of a span, in milliseconds. `countedMs`: up or down, without what is left out; it includes `downMs`. */
type Uptime = { countedMs: number; downMs: number; pausedMs: number; maintenanceMs: number };

/** How long a check was down, and of how much time that counts. Time as new or paused does not count. */
export function uptimeOf(line: StatusLine, span: Span, { maintenance, outages }: LeftOut): Uptime {
  const of = (status: Status) => spansOf(line, status, span);
  const planned = mergeWithin(maintenance, span);
  const gone = mergeWithin([...planned, ...outages], span);
  const evaluated = mergeWithin([...of("up"), ...of("down")], span);
  return {
    countedMs: lengthOf(without(evaluated, gone)),
    downMs: lengthOf(without(of("down"), gone)),
    pausedMs: lengthOf(of("paused")),
    maintenanceMs: lengthOf(evaluated) - lengthOf(without(evaluated, planned)),
  };
}

function spansOf({ first, changes }: StatusLine, status: Status, bounds: Span): Span[] {
  const spans: Span[] = [];
  let current = { at: -Infinity, to: first };
  for (const change of [...changes, { at: Infinity, to: first }]) {
    if (current.to === status) spans.push({ from: current.at, until: change.at });
    current = change;
  }
  return mergeWithin(spans, bounds);
}
