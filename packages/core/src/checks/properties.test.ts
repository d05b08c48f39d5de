/** Rules 2 to 4, 6, 6a, 8, 18, 19 and 27, for random histories. README.md has them. */

import fc from "fast-check";
import { expect, test } from "vitest";
import { nextAfter } from "@overdue/schedules";
import type { Check, CheckState } from "./check.ts";
import type { CheckSettings } from "./settings.ts";
import type { Effect, Event, PingKind } from "./event.ts";
import { fold } from "./fold.ts";
import { newCheck } from "./new-check.ts";
import { pingOf, settingsOf, summary, T } from "./testing/story.ts";

const HOUR = 3_600_000;

const schedules = fc.constantFrom<CheckSettings["schedule"]>(
  { kind: "interval", everySeconds: 600 },
  { kind: "interval", everySeconds: 3600 },
  { kind: "cron", expression: "*/10 * * * *", timezone: "UTC" },
  { kind: "cron", expression: "0 * * * *", timezone: "Europe/Berlin" },
);
const policy = fc.constantFrom("allow" as const, "note" as const, "alert" as const);
const settings: fc.Arbitrary<CheckSettings> = fc
  .record(
    {
      schedule: schedules,
      graceSeconds: fc.constantFrom(60, 600, 7200),
      manualResume: fc.boolean(),
      earlyMarginSeconds: fc.constantFrom(0, 120),
      jitterSeconds: fc.constantFrom(0, 300),
      maxRuntimeSeconds: fc.constantFrom(null, 300, 5000),
      minRuntimeSeconds: fc.constantFrom(null, 30),
      progressExtends: fc.boolean(),
      overlap: policy,
      hostDuplicates: policy,
      tooOften: fc.constantFrom(
        null,
        { count: 3, of: "pings" as const, windowSeconds: 900 },
        { count: 1, of: "runs" as const, windowSeconds: null },
      ),
      tolerance: fc.constantFrom(
        null,
        { kind: "in-a-row" as const, bad: 2, tolerateMissed: true },
        { kind: "of-last" as const, bad: 2, of: 4, tolerateMissed: false },
      ),
      recoverAfter: fc.constantFrom(1, 2),
      alertBeforeFirstPing: fc.boolean(),
    },
    { requiredKeys: [] },
  )
  .map(settingsOf);

const kinds = fc.constantFrom<PingKind>("start", "success", "success", "fail", "log", "ignored");
const pings = fc.record({
  kind: kinds,
  rid: fc.constantFrom(null, null, "a", "b", "c"),
  host: fc.constantFrom(null, "one", "two"),
  digest: fc.constantFrom(null, "d"),
});

type Happening = { afterMs: number; make: (at: number, index: number) => Event };
const happenings: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 12,
    arbitrary: fc
      .record({ afterMs: fc.integer({ min: 0, max: HOUR }), ping: pings })
      .map(({ afterMs, ping }) => ({
        afterMs,
        make: (at: number, index: number): Event => ({
          kind: "ping",
          ping: pingOf(at, ping.kind, { ...ping, id: `p${index}` }),
        }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({
        afterMs: fc.integer({ min: 1, max: HOUR }),
        kind: fc.constantFrom("pause", "pause", "resume", "undo-pause"),
      })
      .map(({ afterMs, kind }) => ({ afterMs, make: (at: number): Event => ({ kind, at }) })),
  },
  {
    weight: 1,
    arbitrary: fc
      .record({ afterMs: fc.integer({ min: 1, max: HOUR }), settings })
      .map(({ afterMs, settings: next }) => ({
        afterMs,
        make: (at: number): Event => ({ kind: "edit", at, settings: next }),
      })),
  },
  {
    weight: 1,
    arbitrary: fc.integer({ min: 1, max: HOUR }).map((afterMs) => ({
      afterMs,
      make: (at: number): Event => ({ kind: "outage", from: at - afterMs / 2, until: at }),
    })),
  },
);
/** Whole lives, in the order in which they happened. */
const lives = fc.record({ settings, happenings: fc.array(happenings, { maxLength: 40 }) }).map((life) => {
  let at = T;
  const events = life.happenings.map(({ afterMs, make }, index) => make((at += afterMs), index));
  return { settings: life.settings, events, end: at + 5 * HOUR };
});
const RUNS = { numRuns: 1000 };

type Lived = { check: Check; effects: Effect[] };

test("folding time changes nothing the second time, and never what lies before it", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events, end }) => {
      const { check } = live(chosen, [...events, { kind: "time", now: end }]);
      for (const now of [end, end - 1, T]) {
        const again = fold(check, { kind: "time", now });
        expect(again.check).toBe(check);
        expect(again.effects).toEqual([]);
      }
    }),
    RUNS,
  );
});

test("it does not matter how often time was folded in between", () => {
  fc.assert(
    fc.property(
      lives,
      fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 20 }),
      (life, marks) => {
        const last: Event = { kind: "time", now: life.end };
        const looks = marks.map((mark): Event => ({
          kind: "time",
          now: Math.floor(T + mark * (life.end - T)),
        }));
        const seldom = live(life.settings, [...life.events, last]);
        const often = live(life.settings, merge(life.events, looks, last));
        expect(stateOf(often)).toEqual(stateOf(seldom));
        expect(summary(often.effects).slots).toEqual(summary(seldom.effects).slots);
        expect(flipsOf(often)).toEqual(flipsOf(seldom));
        expect(summary(often.effects).runs).toEqual(summary(seldom.effects).runs);
      },
    ),
    RUNS,
  );
});

test("nextAt is never missed: a moment before it nothing has changed, and it lies ahead", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events, end }) => {
      const { check } = live(chosen, [...events, { kind: "time", now: end }]);
      const { nextAt } = fold(check, { kind: "time", now: end });
      const at = nextAt ?? end + 1e12;
      expect(at).toBeGreaterThan(end);
      const before = fold(check, { kind: "time", now: at - 1 }).effects;
      expect(before.filter(({ kind }) => kind !== "slot")).toEqual([]);
      expect(fold(check, { kind: "time", now: at }).effects.length > 0).toBe(nextAt !== null);
    }),
    RUNS,
  );
});

test("a check is plain JSON, of bounded size, and the given one is never changed", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events }) => {
      let check = newCheck("check", T, chosen);
      let copy = check;
      for (const event of events) {
        check = fold(deepFreeze(check), deepFreeze(event)).check;
        copy = fold(JSON.parse(JSON.stringify(copy)), event).check;
      }
      expect(copy).toEqual(check);
      expect(JSON.stringify(check.state.memory).length).toBeLessThan(40_000);
    }),
    RUNS,
  );
});

test("flips form a chain, in time; a notified one opens an incident, an undone pause opens it again, what leaves down resolves it", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events, end }) => {
      const { effects } = live(chosen, [...events, { kind: "time", now: end }]);
      const { flips } = summary(effects);
      expect(flips.map(({ from }) => from)).toEqual(
        ["new", ...flips.map(({ to }) => to)].slice(0, flips.length),
      );
      expect(flips.filter(({ from, to }) => from === to)).toEqual([]);
      expect(isRising(flips.map(({ at }) => at))).toBe(true);
      expect(isRising(seqs(flips)) && new Set(seqs(flips)).size === flips.length).toBe(true);
      expect(incidents(effects, "incident-opened")).toEqual(
        seqs(flips.filter(({ alerts, to }) => alerts && to === "down")),
      );
      expect(incidents(effects, "incident-reopened")).toEqual(
        seqs(flips.filter(({ alerts, to }) => !alerts && to === "down")),
      );
      expect(incidents(effects, "incident-resolved")).toEqual(
        seqs(flips.filter(({ from }) => from === "down")),
      );
    }),
    RUNS,
  );
});

test("a run that has ended does not run again, unless a pause that ended it is undone", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events: all, end }) => {
      const events = all.filter(({ kind }) => kind !== "undo-pause");
      const { effects } = live(chosen, [...events, { kind: "time", now: end }]);
      const runs = effects.flatMap((effect) => (effect.kind === "run" ? [effect.run] : []));
      const again = runs.filter(
        (run, index) =>
          run.outcome === "running" &&
          runs.slice(0, index).some(({ id, outcome }) => id === run.id && outcome !== "running"),
      );
      expect(again).toEqual([]);
    }),
    RUNS,
  );
});

test("history adds up: from the first to the next expected one, every time of the schedule has its slot", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events, end }) => {
      const quiet = events.filter(({ kind }) => kind === "ping" || kind === "outage");
      const { check, effects } = live({ ...chosen, manualResume: false }, [
        ...quiet,
        { kind: "time", now: end },
      ]);
      const dues = summary(effects).slots.map(({ dueAt }) => dueAt);
      const last = dues.at(-1);
      const { slotAt } = check.state.memory;
      expect(isRising(dues)).toBe(true);
      // An interval counts from the pings, so that its times do not follow from one another.
      if (chosen.schedule.kind !== "cron" || last === undefined || slotAt === null) return;
      expect([...dues.slice(1), slotAt]).toEqual(dues.map((dueAt) => nextAfter(chosen.schedule, dueAt)));
    }),
    RUNS,
  );
});

test("with default settings no slot is missed without the check being down", () => {
  fc.assert(
    fc.property(lives, ({ settings: { schedule, graceSeconds }, events, end }) => {
      const quiet = events.filter(({ kind }) => kind === "ping" || kind === "outage");
      const { effects } = live(settingsOf({ schedule, graceSeconds }), [
        ...quiet,
        { kind: "time", now: end },
      ]);
      const { slots, flips } = summary(effects);
      const missed = slots.filter(({ outcome }) => outcome === "missed");
      // A ping at the very deadline recovers the check in the instant in which an earlier slot counts as missed.
      const statuses = (at: number) => [
        flips.findLast((flip) => flip.at < at)?.to,
        flips.findLast((flip) => flip.at <= at)?.to,
      ];
      expect(missed.filter(({ at }) => !statuses(at).includes("down"))).toEqual([]);
    }),
    RUNS,
  );
});

test("one fold says of no slot and no run two things", () => {
  fc.assert(
    fc.property(lives, ({ settings: chosen, events, end }) => {
      let check = newCheck("check", T, chosen);
      for (const event of [...events, { kind: "time" as const, now: end }]) {
        const { check: next, effects } = fold(check, event);
        const slots = effects.flatMap((effect) => (effect.kind === "slot" ? [effect.slot.dueAt] : []));
        const runs = effects.flatMap((effect) => (effect.kind === "run" ? [effect.run.id] : []));
        expect(new Set(slots).size).toBe(slots.length);
        expect(new Set(runs).size).toBe(runs.length);
        check = next;
      }
    }),
    RUNS,
  );
});

test("the pings of runs with ids may come in any order", () => {
  const run = fc.record({
    startMs: fc.integer({ min: 0, max: 20_000 }),
    tookMs: fc.integer({ min: 1, max: 30_000 }),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(run, { minLength: 1, maxLength: 4, selector: ends }),
      fc.infiniteStream(fc.nat()),
      (runs, dice) => {
        const events = runs.flatMap(({ startMs, tookMs }, index): Event[] => [
          { kind: "ping", ping: pingOf(T + startMs, "start", { id: `start-${index}`, rid: `r${index}` }) },
          {
            kind: "ping",
            ping: pingOf(T + startMs + tookMs, "success", { id: `end-${index}`, rid: `r${index}` }),
          },
        ]);
        const inOrder = events.toSorted((one, other) => instantOf(one) - instantOf(other));
        const shuffled = events
          .map((event) => ({ event, place: dice.next().value ?? 0 }))
          .toSorted((one, other) => one.place - other.place)
          .map(({ event }) => event);
        expect(essence(live(settingsOf(), shuffled))).toEqual(essence(live(settingsOf(), inOrder)));
      },
    ),
    RUNS,
  );
});

test("with the watermark, receivers that commit late never make an alert false, nor lose one", () => {
  const ping = fc.record({
    afterMs: fc.integer({ min: 1, max: 5000 * 1000 }),
    lagMs: fc.integer({ min: 0, max: HOUR }),
  });
  fc.assert(
    fc.property(fc.array(ping, { maxLength: 20 }), (waits) => {
      let at = T;
      const sent = waits.map(({ afterMs, lagMs }, index) => {
        at += afterMs;
        return { ping: pingOf(at, "success", { rid: `r${index}` }), committedAt: at + lagMs };
      });
      const end: Event = { kind: "time", now: at + 5 * HOUR };
      const inOrder = sent.map((one): Event => ({ kind: "ping", ping: one.ping }));
      const committed = sent.toSorted((one, other) => one.committedAt - other.committedAt);
      const asCommitted = committed.flatMap((one, index): Event[] => {
        const missing = committed.slice(index + 1).map((other) => other.ping.at);
        const knownUntil = Math.min(one.committedAt, ...missing);
        return [
          { kind: "ping", ping: one.ping, knownUntil },
          { kind: "time", now: knownUntil },
        ];
      });
      expect(downs(live(settingsOf(), [...asCommitted, end]))).toEqual(
        downs(live(settingsOf(), [...inOrder, end])),
      );
    }),
    RUNS,
  );
});

function live(chosen: CheckSettings, events: readonly Event[]): Lived {
  let check = newCheck("check", T, chosen);
  const effects: Effect[] = [];
  for (const event of events) {
    const transition = fold(check, event);
    check = transition.check;
    effects.push(...transition.effects);
  }
  return { check, effects };
}

/** Nobody looks during an outage: the watermark stands still. */
function merge(events: readonly Event[], looks: readonly Event[], last: Event): Event[] {
  const all = [
    ...events.map((event) => ({ event, look: 0 })),
    ...looks
      .filter((look) => !events.some((event) => isDuring(event, instantOf(look))))
      .map((event) => ({ event, look: 1 })),
  ];
  const sorted = all.toSorted(
    (one, other) => instantOf(one.event) - instantOf(other.event) || one.look - other.look,
  );
  return [...sorted.map(({ event }) => event), last];
}

function isDuring(event: Event, at: number): boolean {
  return event.kind === "outage" && event.from <= at && at <= event.until;
}

function instantOf(event: Event): number {
  switch (event.kind) {
    case "ping":
      return event.ping.at;
    case "time":
      return event.now;
    case "outage":
      return event.until;
    case "clock-set-back":
    case "pause":
    case "resume":
    case "undo-pause":
    case "edit":
    case "baseline-reset":
    case "maintenance":
      return event.at;
  }
}

/** The deadline's number depends on how often it was looked at; nothing else does. */
function stateOf({ check }: Lived): CheckState {
  return { ...check.state, deadlineSeq: 0 };
}

function flipsOf({ effects }: Lived) {
  return summary(effects).flips.map((flip) => ({ ...flip, deadlineSeq: 0 }));
}

function downs(lived: Lived) {
  return flipsOf(lived).filter(({ to }) => to === "down");
}

function essence({ check, effects }: Lived) {
  const { status, lastPingAt, lastStartAt, lastDurationMs, expectedAt, deadlineAt } = check.state;
  const runs = summary(effects).runs.map(({ rid, startedAt, endedAt, outcome }) => ({
    rid,
    startedAt,
    endedAt,
    outcome,
  }));
  const byRid = runs.toSorted((one, other) => (one.rid ?? "").localeCompare(other.rid ?? ""));
  return { status, lastPingAt, lastStartAt, lastDurationMs, expectedAt, deadlineAt, byRid };
}

function ends({ startMs, tookMs }: { startMs: number; tookMs: number }): number {
  return startMs + tookMs;
}

function isRising(numbers: readonly number[]): boolean {
  return numbers.every((one, index) => one >= (numbers[index - 1] ?? -Infinity));
}

function seqs(flips: readonly { deadlineSeq: number }[]): number[] {
  return flips.map(({ deadlineSeq }) => deadlineSeq);
}

function incidents(
  effects: readonly Effect[],
  kind: "incident-opened" | "incident-reopened" | "incident-resolved",
): number[] {
  return effects.flatMap((effect) => (effect.kind === kind ? [effect.deadlineSeq] : []));
}

function deepFreeze<Value>(value: Value): Value {
  if (typeof value === "object" && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}
