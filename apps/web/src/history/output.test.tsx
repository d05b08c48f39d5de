// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { chartColumns, durationItemText, type DurationItem, newestOutliers } from "./duration-data.ts";
import { findLines, outputLines, OutputView } from "./output-view.tsx";
import { comparedText } from "./run-output.tsx";

const DOWNLOAD = { href: "/body", name: "ping-1.txt" };

describe("what a job printed", () => {
  test("is cut into lines that keep the colours of a terminal", () => {
    const lines = outputLines("ok\n\u001b[31mdisk full\u001b[0m at \u001b[1m/backup\u001b[0m\n");
    expect(lines.map(({ text }) => text)).toEqual(["ok", "disk full at /backup"]);
    expect(lines[1]?.parts).toEqual([
      { text: "disk full", look: "ansi-red" },
      { text: " at ", look: null },
      { text: "/backup", look: "ansi-bold" },
    ]);
  });

  test("keeps a colour over a line end", () => {
    const lines = outputLines("\u001b[32mone\ntwo\u001b[0m");
    expect(lines.map(({ parts }) => parts[0]?.look)).toEqual(["ansi-green", "ansi-green"]);
  });

  test("shows the steps of a progress bar as lines, and hidden characters as their escapes", () => {
    expect(outputLines("10 %\r20 %\r\nabc\u202edef").map(({ text }) => text)).toEqual([
      "10 %",
      "20 %",
      String.raw`abc\u202edef`,
    ]);
  });

  test("is searched without regard to case; an empty text is never found", () => {
    const lines = outputLines("Error: one\nfine\nerror: two");
    expect(findLines(lines, "ERROR")).toEqual([0, 2]);
    expect(findLines(lines, "")).toEqual([]);
  });

  test("is shown in full, even if it has 100 kB", async () => {
    const output = Array.from({ length: 2_000 }, (_, line) => `line ${line} ${"x".repeat(40)}`).join("\n");
    const { user } = await renderPart(<OutputView output={output} size="100 kB" download={DOWNLOAD} />);
    const body = within(screen.getByRole("region", { name: "Body" }));
    expect(body.getByText(/^line 1999 /)).toBeTruthy();
    await user.type(screen.getByRole("textbox", { name: "Find in the output" }), "line 199");
    expect(await screen.findByText("1 of 11")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "The next line" }));
    expect(screen.getByText("2 of 11")).toBeTruthy();
    expect(
      body
        .getByText(/^line 1990 /)
        .closest("[data-found]")
        ?.getAttribute("data-found"),
    ).toBe("here");
  });

  test("is never read as HTML", async () => {
    const { container } = await renderPart(
      <OutputView output="<img src=x onerror=alert(1)>" size="28 bytes" download={DOWNLOAD} />,
    );
    expect(container.querySelector("img")).toBeNull();
    expect(screen.getByText("<img src=x onerror=alert(1)>")).toBeTruthy();
  });
});

describe("how long runs took", () => {
  const MINUTE = 60_000;
  const usual = { medianMs: 4 * MINUTE, tooQuickMs: MINUTE, overlongMs: 8 * MINUTE, runs: 20 };
  const item = (over: Partial<DurationItem> = {}): DurationItem => ({
    at: "2026-11-20T12:00:00.000Z",
    durationMs: 4 * MINUTE,
    outcome: "success",
    overlong: false,
    exitStatus: null,
    ...over,
  });

  test("names a run that took far longer or shorter than usual, and one that failed", () => {
    expect(durationItemText(item(), usual)).toBe("4 min");
    expect(durationItemText(item({ durationMs: 12 * MINUTE }), usual)).toBe(
      "12 min, 3.0 times the usual 4 min",
    );
    expect(durationItemText(item({ durationMs: 20_000 }), usual)).toBe("20 s, instead of the usual 4 min");
    expect(durationItemText(item({ outcome: "fail", exitStatus: 127 }), usual)).toBe(
      "4 min, failed with exit status 127, command not found",
    );
    expect(durationItemText(item({ overlong: true }), null)).toBe("4 min, took too long");
  });

  test("has a column for good runs, failed ones, outliers and the band of what is usual", () => {
    const items = [item(), item({ outcome: "fail" }), item({ durationMs: 12 * MINUTE })];
    const [at, good, failed, outliers, low, high] = chartColumns({ items, usual });
    expect(at).toHaveLength(3);
    expect([good, failed, outliers]).toEqual([
      [240, null, 720],
      [null, 240, null],
      [null, null, 720],
    ]);
    expect([low[0], high[0]]).toEqual([60, 480]);
    expect(chartColumns({ items, usual: null })[4]).toEqual([null, null, null]);
  });

  test("lists the newest outliers first", () => {
    const items = [1, 2, 3].map((hour) =>
      item({ at: `2026-11-20T0${hour}:00:00.000Z`, durationMs: 9 * MINUTE }),
    );
    expect(newestOutliers({ items: [...items, item()], usual }).map(({ at }) => at.slice(11, 13))).toEqual([
      "03",
      "02",
      "01",
    ]);
  });

  test("of two runs side by side says how many times as long the longer one took", () => {
    expect(comparedText(6 * MINUTE, 3 * MINUTE)).toBe(", 2.0 times as long as the other");
    expect(comparedText(3 * MINUTE, 6 * MINUTE)).toBe("");
    expect(comparedText(3 * MINUTE, null)).toBe("");
  });
});
