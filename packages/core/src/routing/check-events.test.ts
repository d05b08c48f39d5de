import { describe, expect, test } from "vitest";
import { SECOND_MS } from "@overdue/schedules";

import type { CheckSettings } from "../checks/settings.ts";
import { type Step, T, playStory } from "../checks/testing/story.ts";
import { checkEventsOf } from "./check-events.ts";

type Row = [name: string, steps: Step[], answer: string, settings?: Partial<CheckSettings>];

const inWindow = [
  { rule: { kind: "once" as const, from: T, until: T + 7_200 * SECOND_MS }, stoppedAt: null },
];

describe("which events there are after the last of these", () => {
  test.each<Row>([
    ["a success without a start is a run", [[0, "success"]], "success"],
    ["a start is none yet", [[0, "start"]], ""],
    [
      "its end is one",
      [
        [0, "start"],
        [60, "success"],
      ],
      "success in 60 s",
    ],
    ["a log is none", [[0, "log"]], ""],
    [
      "a failure that takes the check down is a change",
      [
        [0, "success"],
        [60, "fail"],
      ],
      "fail, a change",
    ],
    [
      "the next one is none",
      [
        [0, "fail"],
        [600, "fail"],
      ],
      "fail",
    ],
    [
      "the success that ends it is one",
      [
        [0, "fail"],
        [60, "success"],
      ],
      "success, a change",
    ],
    [
      "a missed slot is no run",
      [
        [0, "success"],
        [9_000, "time"],
      ],
      "",
    ],
    [
      "a success after a missed slot is the change",
      [
        [0, "success"],
        [9_000, "success"],
      ],
      "success, a change",
    ],
    [
      "too quick a success has failed",
      [
        [0, "success"],
        [3_600, "start"],
        [3_601, "success"],
      ],
      "fail in 1 s, a change",
      { minRuntimeSeconds: 10 },
    ],
    [
      "a run that a new start takes the place of is lost",
      [
        [0, "start"],
        [120, "start"],
      ],
      "lost",
    ],
    [
      "a start that was sent again after its run had ended, and that nothing ended, is no event",
      [
        [0, "start"],
        [5, "success"],
        [11, "start"],
        [9_000, "time"],
      ],
      "",
    ],
    [
      "one that a pause gives up is no event",
      [
        [0, "start"],
        [60, "pause"],
      ],
      "",
    ],
    [
      "a tolerated failure is a run and a notice of it",
      [
        [0, "success"],
        [60, "fail"],
      ],
      "fail; notice failed",
      { tolerance: { kind: "in-a-row", bad: 3, tolerateMissed: false } },
    ],
    [
      "an edit is no event",
      [
        [0, "success"],
        [60, "edit", { graceSeconds: 900 }],
      ],
      "",
    ],
    [
      "in maintenance it is said to be planned",
      [
        [0, "success"],
        [60, "fail"],
      ],
      "fail, planned; notice failed, planned",
      { maintenance: inWindow },
    ],
  ])("%s", (_, steps, answer, settings = {}) => {
    expect(eventsAfter(steps, settings)).toBe(answer);
  });

  test("what a notice says of a run is said with it, too", () => {
    const nights = Array.from({ length: 12 }, (_, night): Step[] => [
      [night * 3_600, "start"],
      [night * 3_600 + 60, "success"],
    ]).flat();
    const slow: Step[] = [
      [12 * 3_600, "start"],
      [12 * 3_600 + 500, "success"],
    ];
    expect(eventsAfter([...nights, ...slow], { outlierRuns: "note" })).toMatch(/^success in 500 s, overlong/);
  });
});

function eventsAfter(steps: Step[], settings: Partial<CheckSettings>): string {
  const { check, last } = playStory(settings, steps);
  const ended = new Set(last.flatMap((effect) => (effect.kind === "run" ? [effect.run.id] : [])));
  return checkEventsOf(check, last, ended)
    .map((event) => {
      const planned = event.isInMaintenance ? ", planned" : "";
      if (event.kind === "notice") return `notice ${event.notice}${planned}`;
      const { run, changesStatus, noticed } = event;
      const took = run.durationMs === null ? "" : ` in ${run.durationMs / SECOND_MS} s`;
      const notice = noticed === null ? "" : `, ${noticed.notice}`;
      return `${run.outcome}${took}${notice}${changesStatus ? ", a change" : ""}${planned}`;
    })
    .join("; ");
}
