/** Rule 31a. */

import { describe, expect, test } from "vitest";
import { HOUR_MS, MINUTE_MS, type Schedule } from "@overdue/schedules";
import type { Check } from "../check.ts";
import { type CheckSettings, defaultSettings } from "../settings.ts";
import { isAhead } from "./clock-set-back.ts";
import type { PingKind } from "../event.ts";
import { fold } from "../fold.ts";
import { newCheck } from "../new-check.ts";

const WRONG = Date.parse("2026-11-29T13:30:00Z");
const TRUE = WRONG - 90 * MINUTE_MS;
const EVERY_TWO_MINUTES: Schedule = { kind: "interval", everySeconds: 120 };
const EACH_HOUR: Schedule = { kind: "cron", expression: "0 * * * *", timezone: "UTC" };

describe("a clock that was 90 minutes ahead is put right", () => {
  test("nobody is notified of a job that goes on as before", () => {
    let check = setBack(living(EVERY_TWO_MINUTES));
    const flips: unknown[] = [];
    for (let minute = 1; minute < 120; minute += 2) {
      const pinged = foldPing(check, TRUE + minute * MINUTE_MS);
      flips.push(...pinged.effects.filter(({ kind }) => kind === "flip"));
      check = pinged.check;
    }
    expect(flips).toEqual([]);
  });

  test.each<[string, Schedule, number]>([
    ["an interval of two minutes", EVERY_TWO_MINUTES, TRUE + 3 * MINUTE_MS],
    ["a line for each hour", EACH_HOUR, Date.parse("2026-11-29T13:01:00Z")],
  ])(
    "people are notified of a job that falls silent then within its period and grace: %s",
    (_, schedule, deadlineAt) => {
      const check = setBack(living(schedule));
      expect(check.state.deadlineAt).toBe(deadlineAt);
      const { effects } = fold(check, { kind: "time", now: deadlineAt });
      expect(effects).toContainEqual(
        expect.objectContaining({
          kind: "flip",
          flip: expect.objectContaining({ at: deadlineAt, reason: "missed" }),
        }),
      );
    },
  );

  test("a run that was under way has its whole limit from then on", () => {
    const started = foldPing(
      living(EVERY_TWO_MINUTES, { maxRuntimeSeconds: 600 }),
      WRONG + 1_000,
      "start",
    ).check;
    const check = setBack(started);
    expect(check.state.memory.openRuns).toMatchObject([
      { startedAt: TRUE, deadlineAt: TRUE + 10 * MINUTE_MS },
    ]);
  });

  test("what was down stays down, and is up again with the next success", () => {
    const down = fold(living(EVERY_TWO_MINUTES), { kind: "time", now: WRONG + HOUR_MS }).check;
    const check = setBack(down);
    expect(check.state.status).toBe("down");
    expect(foldPing(check, TRUE + MINUTE_MS).check.state.status).toBe("up");
  });

  test("pings of the old time are no burst of the new", () => {
    const tooOften = { count: 2, of: "pings", windowSeconds: 60 } as const;
    const check = setBack(living(EVERY_TWO_MINUTES, { tooOften }));
    expect(foldPing(check, TRUE + 1_000).check.state.status).toBe("up");
  });

  test("nothing that it remembers lies ahead any more, but what it waits for", () => {
    const check = setBack(living(EACH_HOUR));
    expect(isAhead(check, TRUE)).toBe(false);
    const { slotAt: _, ...memory } = check.state.memory;
    const instants = JSON.stringify(memory).match(/(?<!p)\d{13}/g) ?? [];
    expect(instants.map(Number).filter((at) => at > TRUE)).toEqual([]);
  });
});

test.each([
  ["a second", 1_000, false],
  ["the difference of two receivers", 9_000, false],
  ["minutes", 5 * MINUTE_MS, true],
])("a check that was heard %s ahead of the clock", (_, ms, ahead) => {
  expect(isAhead(living(EVERY_TWO_MINUTES), WRONG - ms)).toBe(ahead);
});

/** A check with pings up to `WRONG`, by the wrong clock. */
function living(schedule: Schedule, settings: Partial<CheckSettings> = {}): Check {
  const given = { ...defaultSettings, graceSeconds: 60, schedule, ...settings };
  let check = newCheck("c", WRONG - 3 * HOUR_MS, given);
  for (let minutes = 120; minutes >= 0; minutes -= 2)
    check = foldPing(check, WRONG - minutes * MINUTE_MS).check;
  return check;
}

function foldPing(check: Check, at: number, kind: PingKind = "success") {
  const ping = { id: `p${at}`, kind, at, rid: null, exitStatus: null, host: "a", digest: null };
  return fold(check, { kind: "ping", ping });
}

function setBack(check: Check): Check {
  return fold(check, { kind: "clock-set-back", at: TRUE }).check;
}
