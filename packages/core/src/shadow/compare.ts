import type { Instant } from "@overdue/schedules";

/** From an instant until another, which does not belong to it. */
export type Span = { from: Instant; until: Instant };

/** What the other product said each time that it was asked between two instants. */
export type SeenThere = Span & { status: "up" | "down" | "paused" };

export type Difference = Span & { kind: "down-there" | "down-here" };

export type Comparison = {
  differences: readonly Difference[];
  /** How long both watched the check, and for how much of it they agreed, in milliseconds. */
  comparedMs: number;
  agreedMs: number;
  /** How often both said down. */
  bothDown: number;
};

type Watched = {
  /** When we said down. */
  downHere: readonly Span[];
  /** When we did not watch: paused, in maintenance, not yet pinged. */
  unwatchedHere: readonly Span[];
  there: readonly SeenThere[];
  /** How often the other product is asked. */
  pollMs: number;
  /** How far the graces of the two products lie apart. */
  graceDifferenceMs: number;
};

/**
 * Where two products' verdicts on a check differ. What the poll and the graces explain is no difference: a change that one
 * saw earlier than the other by no more than both together; a time down that lasted no longer than the graces differ; and a
 * time down here that began and ended between two polls.
 */
export function compareVerdicts(watched: Watched): Comparison {
  const { pollMs, graceDifferenceMs } = watched;
  const tolerance = pollMs + graceDifferenceMs;
  const compared = without(observedSpans(watched.there, pollMs), watched.unwatchedHere);
  const here = within(watched.downHere, compared);
  const downThere = watched.there.filter(({ status }) => status === "down").map(atLeastAnInstant);
  const there = within(downThere, compared);
  const differences = [
    ...pieces(there, here, { tolerance, ignored: graceDifferenceMs }).map((span) =>
      difference("down-there", span),
    ),
    ...pieces(here, there, { tolerance, ignored: tolerance }).map((span) => difference("down-here", span)),
  ].toSorted((one, other) => one.from - other.from);
  const comparedMs = total(compared);
  return {
    differences,
    comparedMs,
    agreedMs: Math.max(0, comparedMs - total(differences)),
    bothDown: joinSpans(there, pollMs).filter(
      (span) => within([span], widenSpans(here, tolerance)).length > 0,
    ).length,
  };
}

function difference(kind: Difference["kind"], { from, until }: Span): Difference {
  return { kind, from, until };
}

/** The parts of `spans` that are farther than the tolerance from all of `others`, as long as they are apart at all. */
function pieces(
  spans: readonly Span[],
  others: readonly Span[],
  { tolerance, ignored }: { tolerance: number; ignored: number },
): Span[] {
  const far = without(spans, widenSpans(others, tolerance)).filter((span) => lengthOf(span) > ignored);
  return without(spans, others).filter((span) => within(far, [span]).length > 0);
}

/** When the other product was asked: its answers, and the time between two of them that are one poll apart. */
function observedSpans(there: readonly SeenThere[], pollMs: number): Span[] {
  const watched = there.filter(({ status }) => status !== "paused").map(atLeastAnInstant);
  return joinSpans(watched, POLLS_BETWEEN * pollMs);
}

/** A poll may come late by almost another one. */
const POLLS_BETWEEN = 2;

/** What one answer alone says lasts for a moment at least. */
function atLeastAnInstant({ from, until }: Span): Span {
  return { from, until: Math.max(until, from + 1) };
}

/** In the order of time, and as one where the gap between two is no longer than this. */
function joinSpans(spans: readonly Span[], gapMs: number): Span[] {
  const result: Span[] = [];
  for (const span of spans.toSorted((one, other) => one.from - other.from)) {
    const last = result.at(-1);
    if (last !== undefined && span.from - last.until <= gapMs) last.until = Math.max(last.until, span.until);
    else result.push({ ...span });
  }
  return result;
}

function widenSpans(spans: readonly Span[], byMs: number): Span[] {
  return spans.map(({ from, until }) => ({ from: from - byMs, until: until + byMs }));
}

/** The parts of spans that are in none of the others. */
function without(spans: readonly Span[], others: readonly Span[]): Span[] {
  return joinSpans(others, 0).reduce<Span[]>(
    (rest, other) =>
      rest.flatMap((span) =>
        [
          { from: span.from, until: Math.min(span.until, other.from) },
          { from: Math.max(span.from, other.until), until: span.until },
        ].filter((part) => part.until > part.from),
      ),
    joinSpans(spans, 0),
  );
}

/** The parts of spans that are in one of the others. */
function within(spans: readonly Span[], others: readonly Span[]): Span[] {
  const inside = joinSpans(others, 0);
  return joinSpans(spans, 0).flatMap((span) =>
    inside
      .map((other) => ({ from: Math.max(span.from, other.from), until: Math.min(span.until, other.until) }))
      .filter((part) => part.until > part.from),
  );
}

function lengthOf({ from, until }: Span): number {
  return until - from;
}

function total(spans: readonly Span[]): number {
  return spans.reduce((sum, span) => sum + lengthOf(span), 0);
}
