import { describe, expect, test } from "vitest";

import { limitSentence, roomRefusal } from "./decide-room.ts";
import { limitState, type Plan, type PlanUsage } from "./plan.ts";
import { NO_NOTICE, noteLimit, type PlanNotice } from "./plan-notices.ts";

const UNLIMITED: Plan = {
  title: "Free",
  wayOut: "choose a larger plan",
  checks: null,
  members: null,
  projects: null,
  channels: null,
  alertsPerMonth: null,
  pingLog: null,
  retentionDays: null,
  bodyBytes: null,
};
const NOTHING: PlanUsage = { checks: 0, members: 0, projects: 0, channels: 0, alertsPerMonth: 0 };

test.each([
  [0, null, "unlimited"],
  [79, 100, "free"],
  [80, 100, "near"],
  [99, 100, "near"],
  [100, 100, "reached"],
  [101, 100, "over"],
  [0, 0, "reached"],
  [4, 5, "near"],
] as const)("%i of %s is %s", (used, allowed, state) => {
  expect(limitState(used, allowed)).toBe(state);
});

describe("room", () => {
  const plan = { ...UNLIMITED, checks: 20 };

  test("is there for whatever has no limit, however many there are", () => {
    const usage = { ...NOTHING, members: 1_000_000 };
    expect(roomRefusal(plan, usage, { place: "members", adding: 1 })).toBeNull();
  });

  test("is there up to the last place, and not beyond it", () => {
    const add = (checks: number, adding: number) =>
      roomRefusal(plan, { ...NOTHING, checks }, { place: "checks", adding });
    expect(add(19, 1)).toBeNull();
    expect(add(20, 1)).toBe(
      "The plan “Free” allows 20 checks, and this organization has 20: delete one that is no longer needed, or choose a larger plan.",
    );
    expect(add(18, 5)).toMatch("has 18, so 5 more do not fit: ");
  });

  test("is not asked for by what adds nothing, also where there are too many already", () => {
    expect(roomRefusal(plan, { ...NOTHING, checks: 30 }, { place: "checks", adding: 0 })).toBeNull();
  });

  test("for checks and channels is shut while more alerts than allowed were sent, and for people it is not", () => {
    const alerts = { ...UNLIMITED, alertsPerMonth: 100 };
    const add = (place: "checks" | "members", alertsPerMonth: number) =>
      roomRefusal(alerts, { ...NOTHING, alertsPerMonth }, { place, adding: 1 });
    expect(add("checks", 100)).toBeNull();
    expect(add("checks", 101)).toBe(
      "The plan “Free” allows 100 alerts a month, and this organization has sent 101 this month. All alerts are still sent; a new check waits until the month ends (UTC): choose a larger plan for one today.",
    );
    expect(add("members", 101)).toBeNull();
  });

  test("says where it is short in a sentence with a way out, and nothing before 80 %", () => {
    expect(limitSentence(plan, "checks", 15)).toBeNull();
    expect(limitSentence(plan, "checks", 16)).toBe(
      "The plan “Free” allows 20 checks, and this organization has 16: choose a larger plan before you need more.",
    );
    expect(limitSentence({ ...plan, members: 1 }, "members", 2)).toBe(
      "The plan “Free” allows 1 member, and this organization has 2 with its open invitations: remove somebody, or revoke an invitation, or choose a larger plan.",
    );
  });
});

describe("a mail about a limit", () => {
  const monthOf = (at: number) => Date.UTC(new Date(at).getUTCFullYear(), new Date(at).getUTCMonth());
  const DECEMBER = Date.UTC(2026, 11, 1);
  const day = (number: number) => DECEMBER + (number - 1) * 86_400_000;
  const mailsOf = (steps: readonly (readonly [number, number])[], allowed = 100) => {
    let notice: PlanNotice = NO_NOTICE;
    return steps.map(([used, now]) => {
      const noted = noteLimit(notice, { used, allowed, now, monthBegan: monthOf(now) });
      notice = noted.notice;
      return noted.mail;
    });
  };

  test("is sent once at 80 % and once when it is reached, and not again each day", () => {
    const steps = [79, 80, 81, 99, 100, 100, 104].map((used, i) => [used, day(i + 1)] as const);
    expect(mailsOf(steps)).toEqual([null, "near", null, null, "reached", null, null]);
  });

  test("is one alone where a number jumps to the limit, and going back to 80 % is none", () => {
    expect(
      mailsOf([
        [100, day(1)],
        [85, day(2)],
        [60, day(3)],
        [85, day(4)],
      ]),
    ).toEqual(["reached", null, null, null]);
  });

  test("is not repeated by a number that goes up and down at the limit, in the next month neither", () => {
    const steps = [80, 79, 80, 75, 80].map((used, i) => [used, day(i * 20 + 1)] as const);
    expect(mailsOf(steps)).toEqual(["near", null, null, null, null]);
  });

  test("comes again in another month after the number was clearly below", () => {
    expect(
      mailsOf([
        [80, day(1)],
        [60, day(5)],
        [80, day(9)],
        [60, day(20)],
        [80, day(40)],
      ]),
    ).toEqual(["near", null, null, null, "near"]);
  });

  test("of a small limit is not repeated within the month by one that is deleted and made again", () => {
    const steps = [5, 4, 5, 4, 5].map((used, i) => [used, day(i + 1)] as const);
    expect(mailsOf(steps, 5)).toEqual(["reached", null, null, null, null]);
  });
});
