/** Rules 1, 2, 7 to 13, 18 and 20 to 22. */

import { describe, expect, test } from "vitest";
import { flipLines, secondOf, slotLines, type Step, playStory } from "./testing/story.ts";

const RID = "11111111-1111-1111-1111-111111111111";
const OTHER = "22222222-2222-2222-2222-222222222222";

describe("the worked example", () => {
  // Every row: second, event, then what is shown: status, started, next ping, deadline.
  const rows: [number, Step[1] | null, string, boolean, number | null, number | null][] = [
    [0, "success", "up", false, 3600, 4200],
    [3500, "start", "up", true, 3500, 4100],
    [3600, null, "grace", true, 3500, 4100],
    [4100, null, "down", true, 3500, 4100],
    [4101, "time", "down", true, null, null],
    [4200, "start", "down", true, null, null],
    [4900, null, "down", true, null, null],
    [4901, "success", "up", false, 8501, 9101],
  ];
  const steps = rows.flatMap(([second, kind]): Step[] =>
    kind === "success" || kind === "start" || kind === "time" ? [[second, kind]] : [],
  );

  test.each(rows)("second %i, %s: %s", (second, _, status, started, next, deadline) => {
    const story = playStory(
      {},
      steps.filter(([at]) => at <= second),
    );
    const { lastStartAt, expectedAt, deadlineAt } = story.check.state;
    const shown = story.check.state.status === "down" ? null : earliest(expectedAt, lastStartAt);
    expect(story.shown(second)).toBe(status);
    expect(lastStartAt !== null).toBe(started);
    expect(shown === null ? null : secondOf(shown)).toBe(next);
    expect(deadlineAt === null ? null : secondOf(deadlineAt)).toBe(deadline);
  });

  test("its flips, its duration and its slots", () => {
    const story = playStory({}, steps);
    expect(flipLines(story)).toEqual([
      "new→up at 0",
      "up→down at 4100 (overlong), notified",
      "down→up at 4901, notified",
    ]);
    expect(story.check.state.lastDurationMs).toBe(701_000);
    expect(slotLines(story)).toEqual(["0 on-time 0", "3600 failed -100"]);
  });
});

describe("facts about pings", () => {
  test.each<[string, Step[], string[]]>([
    ["a first success is nothing to tell", [[0, "success"]], ["new→up at 0"]],
    ["a first fail is notified", [[0, "fail"]], ["new→down at 0 (failed), notified"]],
    [
      "a second success or fail changes nothing",
      [
        [0, "success"],
        [60, "success"],
        [120, "fail"],
        [180, "fail"],
      ],
      ["new→up at 0", "up→down at 120 (failed), notified"],
    ],
    [
      "a paused check goes up with a success, untold",
      [
        [0, "pause"],
        [60, "success"],
      ],
      ["new→paused at 0", "paused→up at 60"],
    ],
    [
      "a paused check goes down with a fail",
      [
        [0, "pause"],
        [60, "fail"],
      ],
      ["new→paused at 0", "paused→down at 60 (failed), notified"],
    ],
    [
      "a start leaves a paused check paused and arms its run: paused, then down",
      [
        [0, "pause"],
        [60, "start"],
        [9000, "time"],
      ],
      ["new→paused at 0", "paused→down at 660 (overlong), notified"],
    ],
    [
      "a new check with a start goes down when it hangs",
      [
        [0, "start"],
        [9000, "time"],
      ],
      ["new→down at 600 (overlong), notified"],
    ],
    [
      "nothing is expected of a new check",
      [
        [0, "log"],
        [99_999, "time"],
      ],
      [],
    ],
    [
      "pausing twice, and resuming what is not paused, is nothing",
      [
        [0, "resume"],
        [1, "pause"],
        [2, "pause"],
        [3, "resume"],
        [4, "resume"],
      ],
      ["new→paused at 1", "paused→new at 3"],
    ],
    [
      "ignored, log and start do not put the deadline off",
      [
        [0, "success"],
        [4000, "ignored"],
        [4000, "log"],
        [4000, "start"],
        [4300, "time"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
    ],
    [
      "an early start shortens the deadline",
      [
        [0, "success"],
        [100, "start"],
        [700, "time"],
      ],
      ["new→up at 0", "up→down at 700 (overlong), notified"],
    ],
    [
      "overdue, then pinged before anybody looked: down and up, at the deadline and at the ping",
      [
        [0, "success"],
        [5000, "success"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 5000, notified"],
    ],
    [
      "a ping at the deadline itself is too late",
      [
        [0, "success"],
        [4200, "success"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified", "down→up at 4200, notified"],
    ],
    [
      "a fail after the deadline finds the check down",
      [
        [0, "success"],
        [5000, "fail"],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
    ],
  ])("%s", (_, steps, lines) => {
    expect(flipLines(playStory({}, steps))).toEqual(lines);
  });

  test("with manual resume a paused check only counts its pings", () => {
    const story = playStory({ manualResume: true }, [
      [0, "success"],
      [1, "pause"],
      [2, "fail"],
    ]);
    expect(story.check.state).toMatchObject({ status: "paused", pingCount: 2 });
    expect(story.last).toEqual([
      { kind: "ping", id: "ping-2", number: 2, stored: "ignored", note: "paused" },
    ]);
  });

  test("pause keeps the last ping and closes runs; resume forgets the last ping", () => {
    const paused = playStory({}, [
      [0, "success"],
      [10, "start"],
      [20, "pause"],
    ]);
    expect(paused.check.state).toMatchObject({ deadlineAt: null, lastStartAt: null, expectedAt: null });
    expect(paused.check.state.lastPingAt).not.toBeNull();
    expect(paused.runs.at(-1)).toMatchObject({ outcome: "lost" });
    const resumed = playStory({}, [
      [0, "success"],
      [20, "pause"],
      [30, "resume"],
    ]);
    expect(resumed.check.state).toMatchObject({ status: "new", lastPingAt: null, deadlineAt: null });
  });
});

describe("facts about starts and ends, as the reference has them", () => {
  test.each<[string, Step[], number | null, boolean]>([
    [
      "start, success",
      [
        [0, "start"],
        [70, "success"],
      ],
      70,
      false,
    ],
    [
      "a second start takes the place of the first",
      [
        [0, "start"],
        [50, "start"],
        [70, "success"],
      ],
      20,
      false,
    ],
    [
      "start without an id, success with one: closed, as a guess",
      [
        [0, "start"],
        [70, "success", { rid: RID }],
      ],
      70,
      false,
    ],
    [
      "start with an id, success without: closed, not timed",
      [
        [0, "start", { rid: RID }],
        [70, "success"],
      ],
      null,
      false,
    ],
    [
      "a success with another id leaves the run open",
      [
        [0, "start", { rid: RID }],
        [70, "success", { rid: OTHER }],
      ],
      null,
      true,
    ],
    [
      "a fail with another id closes the run",
      [
        [0, "start", { rid: RID }],
        [70, "fail", { rid: OTHER }],
      ],
      null,
      false,
    ],
    [
      "a log changes nothing",
      [
        [0, "start"],
        [50, "log"],
        [70, "success"],
        [80, "log"],
      ],
      70,
      false,
    ],
    [
      "an end without a start forgets the duration",
      [
        [0, "start"],
        [70, "success"],
        [170, "success"],
      ],
      null,
      false,
    ],
  ])("%s", (_, steps, seconds, started) => {
    const { state } = playStory({}, steps).check;
    expect(state.lastDurationMs).toBe(seconds === null ? null : seconds * 1000);
    expect(state.lastStartAt !== null).toBe(started);
  });
});

describe("edits", () => {
  const every = (seconds: number) => ({ schedule: { kind: "interval" as const, everySeconds: seconds } });
  test.each<[string, Step[], string[]]>([
    [
      "an up check waits for its next time after the last ping",
      [
        [0, "success"],
        [3500, "success"],
        [3600, "edit", every(7200)],
        [99_999, "time"],
      ],
      ["new→up at 0", "up→down at 11300 (missed), notified"],
    ],
    [
      "overdue under the new schedule: down, dated at the new deadline",
      [
        [0, "success"],
        [3000, "edit", every(60)],
      ],
      ["new→up at 0", "up→down at 660 (missed), notified"],
    ],
    [
      "overdue under the old one: that is evaluated first",
      [
        [0, "success"],
        [5000, "edit", every(86_400)],
      ],
      ["new→up at 0", "up→down at 4200 (missed), notified"],
    ],
    [
      "a down check stays down until the next success",
      [
        [0, "fail"],
        [100, "edit", every(60)],
        [110, "success"],
      ],
      ["new→down at 0 (failed), notified", "down→up at 110, notified"],
    ],
    [
      "more grace moves the deadline",
      [
        [0, "success"],
        [10, "edit", { graceSeconds: 7200 }],
        [99_999, "time"],
      ],
      ["new→up at 0", "up→down at 10800 (missed), notified"],
    ],
  ])("%s", (_, steps, lines) => {
    expect(flipLines(playStory({}, steps))).toEqual(lines);
  });

  test("no slots are made up for the time before an edit", () => {
    const story = playStory({}, [
      [0, "success"],
      [3000, "edit", every(60)],
      [3700, "time"],
    ]);
    expect(slotLines(story)).toEqual(["0 on-time 0", "60 missed", "3060 missed"]);
  });
});

function earliest(one: number | null, other: number | null): number | null {
  if (one === null || other === null) return one ?? other;
  return Math.min(one, other);
}
