import { describe, expect, test } from "vitest";

import {
  dayMarks,
  type DayRecord,
  dayText,
  decodeMarks,
  encodeMarks,
  slotText,
  stripMarks,
  stripText,
  type MarkKind,
  type SlotRecord,
} from "./mark.ts";
import { stripShapes, stripSvg } from "./shapes.ts";

const UP = { status: "up", isRunning: false } as const;
const MINUTE = 60_000;

function slot(over: Partial<SlotRecord> = {}): SlotRecord {
  return {
    dueAt: Date.parse("2026-11-20T02:30:00Z"),
    outcome: "on-time",
    lateMs: 900,
    because: null,
    durationMs: 4 * MINUTE,
    exitStatus: 0,
    overlong: false,
    isRunning: false,
    ...over,
  };
}

describe("the mark of a slot", () => {
  test.each<[string, Partial<SlotRecord>, MarkKind]>([
    ["that was met", {}, "on-time"],
    ["that was met early", { outcome: "early", lateMs: -30_000 }, "on-time"],
    ["that was met late", { outcome: "late", lateMs: 7 * MINUTE }, "late"],
    ["whose run failed", { outcome: "failed", exitStatus: 1 }, "failed"],
    ["whose overlong run failed", { outcome: "failed", overlong: true }, "failed"],
    ["that nothing came for", { outcome: "missed", lateMs: null, durationMs: null }, "missed"],
    ["whose run took too long", { overlong: true }, "overlong"],
    ["whose run is open", { isRunning: true, durationMs: null }, "running"],
    ["whose open run takes too long", { isRunning: true, overlong: true }, "overlong"],
    ["in a maintenance window", { outcome: "excluded", because: "maintenance" }, "excluded"],
  ])("%s is as it should be", (_, over, kind) => {
    expect(stripMarks([slot(over)], UP).map((mark) => mark.kind)).toEqual([kind]);
  });

  test("is higher the longer its run took, beside the usual duration of the strip", () => {
    const minutes = [1, 2, 4, 4, 4, 8, 16, 64];
    const marks = stripMarks(
      minutes.map((count) => slot({ durationMs: count * MINUTE })),
      UP,
    );
    expect(marks.map(({ level }) => level)).toEqual([1, 2, 4, 4, 4, 6, 8, 8]);
  });

  test("has the usual height where no duration is known", () => {
    expect(stripMarks([slot({ durationMs: null })], UP)).toEqual([{ kind: "on-time", level: 4 }]);
  });
});

test("a run that no slot stands for yet has a mark of its own, and only one", () => {
  const open = { status: "up", isRunning: true } as const;
  expect(stripMarks([slot()], open).map(({ kind }) => kind)).toEqual(["on-time", "running"]);
  const counted = stripMarks([slot({ isRunning: true, durationMs: null })], open);
  expect(counted.map(({ kind }) => kind)).toEqual(["running"]);
});

test("a paused check ends with a thin line", () => {
  const marks = stripMarks([slot()], { status: "paused", isRunning: false });
  expect(marks.at(-1)).toEqual({ kind: "paused", level: 1 });
});

test.each<[Partial<SlotRecord>, string]>([
  [{}, "On time, due 02:30, ran 4 min"],
  [{ outcome: "early", lateMs: -30_000 }, "Early by 30 s, due 02:30, ran 4 min"],
  [{ outcome: "late", lateMs: 7 * MINUTE }, "Late by 7 min, due 02:30, ran 4 min"],
  [
    { outcome: "failed", exitStatus: 127 },
    "Failed with exit status 127 (command not found), due 02:30, ran 4 min",
  ],
  [{ outcome: "failed", exitStatus: 1 }, "Failed with exit status 1, due 02:30, ran 4 min"],
  [{ outcome: "failed", exitStatus: null, durationMs: null }, "Failed, due 02:30"],
  [{ outcome: "missed", lateMs: null, durationMs: null }, "Missed, due 02:30"],
  [{ outcome: "missed", lateMs: 60 * MINUTE }, "Missed, made up 1 h later, due 02:30"],
  [
    { outcome: "missed", lateMs: null, because: "overlap" },
    "Missed: the run before was still open, due 02:30",
  ],
  [{ overlong: true, durationMs: 90 * MINUTE }, "Took too long, due 02:30, ran 1 h 30 min"],
  [{ isRunning: true, durationMs: null }, "Running, due 02:30"],
  [{ outcome: "excluded", because: "maintenance" }, "Not counted: maintenance window, due 02:30"],
  [{ outcome: "excluded" }, "Not counted: Overdue could not receive pings, due 02:30"],
])("a slot %j reads: %s", (over, text) => {
  expect(slotText(slot(over), () => "02:30")).toBe(text);
});

test("marks are written as text, and read back unchanged", () => {
  const kinds: MarkKind[] = [
    "on-time",
    "late",
    "failed",
    "missed",
    "overlong",
    "running",
    "excluded",
    "paused",
  ];
  const marks = kinds.map((kind, index) => ({ kind, level: index + 1 }));
  expect(encodeMarks(marks)).toBe("o1l2f3m4v5r6x7p8");
  expect(decodeMarks(encodeMarks(marks))).toEqual(marks);
});

test("what a later version adds to the text is left out", () => {
  expect(decodeMarks("o4?4z9l")).toEqual([{ kind: "on-time", level: 4 }]);
});

test("a strip as a whole is read as counts", () => {
  expect(stripText(decodeMarks("o4o4l5f3p1"))).toBe("2 on time, 1 late, 1 failed, paused");
  expect(stripText([])).toBe("Nothing was due yet");
});

describe("the mark of a day", () => {
  const day = (over: Partial<DayRecord> = {}): DayRecord => ({
    day: "2026-11-20",
    onTime: 24,
    late: 0,
    failed: 0,
    missed: 0,
    overlong: 0,
    excluded: 0,
    meanMs: 240_000,
    ...over,
  });

  test("is the worst that happened in it", () => {
    const days = [
      day(),
      day({ late: 1 }),
      day({ late: 1, missed: 2 }),
      day({ missed: 1, failed: 1 }),
      day({ overlong: 1 }),
      day({ onTime: 0, excluded: 3 }),
    ];
    expect(dayMarks(days).map((mark) => mark?.kind)).toEqual([
      "on-time",
      "late",
      "missed",
      "failed",
      "overlong",
      "excluded",
    ]);
  });

  test("is missing where nothing was due", () => {
    expect(dayMarks([day({ onTime: 0, meanMs: null })])).toEqual([null]);
  });

  test("says how many of its slots were met", () => {
    expect(dayText(day({ onTime: 22, late: 1, missed: 1, excluded: 2 }), "Fri 20 Nov")).toBe(
      "Fri 20 Nov: 22 of 24 on time, 1 late, 1 missed, 2 not counted, took 4 min on average",
    );
    expect(dayText(day({ onTime: 0, meanMs: null }), "Fri 20 Nov")).toBe("Fri 20 Nov: nothing was due");
  });
});

describe("the picture of a strip", () => {
  const SIZE = { height: 24, pitch: 6 };
  const all = decodeMarks("o4l4f4m4v8r4x4p1");

  test("has a shape of its own for each kind, so that it is read without its colours", () => {
    const alone = all.map((mark) => stripShapes([mark], SIZE)[0]);
    expect(new Set(alone.map((shape) => `${shape?.path} ${shape?.stroke}`)).size).toBe(all.length - 1);
    // A run that is open is solid too: its moving edge tells it from one that is over.
    expect(alone[5]?.path).toBe(alone[0]?.path);
  });

  test("has one path for each kind, however many marks it has", () => {
    expect(stripShapes(decodeMarks("o4".repeat(90)), SIZE)).toHaveLength(1);
  });

  test("stays inside of its box", () => {
    const numbers = stripShapes(all, SIZE).flatMap(({ path }) =>
      [...path.matchAll(/[ML](-?[\d.]+) (-?[\d.]+)/g)].map(([, x, y]) => [Number(x), Number(y)]),
    );
    expect(numbers.length).toBeGreaterThan(10);
    for (const [x = -1, y = -1] of numbers) {
      expect(x).toBeGreaterThanOrEqual(0);
      expect(x).toBeLessThanOrEqual(all.length * SIZE.pitch);
      expect(y).toBeGreaterThanOrEqual(-0.1);
      expect(y).toBeLessThanOrEqual(SIZE.height);
    }
  });

  test("as a document escapes its title, and is dark where the device is", () => {
    const svg = stripSvg(all, { ...SIZE, title: `a <b> & "c"` });
    expect(svg).toContain("<title>a &lt;b&gt; &amp; &quot;c&quot;</title>");
    expect(svg).toContain("prefers-color-scheme:dark");
    expect(svg).toContain(`width="48" height="24"`);
  });

  test("without a mark the document says so instead of being empty", () => {
    expect(stripSvg([], { ...SIZE, title: "backup" })).toMatch(/width="64".*>no run yet</s);
  });
});
