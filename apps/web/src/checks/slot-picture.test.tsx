// @vitest-environment happy-dom
import { fireEvent, screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { renderPart } from "../../test/render.tsx";
import { BadgeCard } from "../pages/check-side.tsx";
import { pictureScale, type SlotLimits, SlotPicture, dragStep } from "./slot-picture.tsx";

const LIMITS: SlotLimits = { earlyMargin: null, jitter: null, grace: 3_600, maxRuntime: null };

describe("the picture of a slot", () => {
  test("says in words what it shows", async () => {
    await renderPart(<SlotPicture limits={{ ...LIMITS, earlyMargin: 300, maxRuntime: 1_800 }} />);
    const texts = screen.getAllByRole("listitem").map((item) => item.textContent);
    expect(texts).toEqual([
      "A ping counts from 5 minutes before it is due.",
      "Late for 1 hour: nobody is notified yet.",
      "Then it is missed, and down.",
      "A run may take 30 minutes.",
    ]);
    expect(screen.queryByRole("slider")).toBeNull();
  });

  test("has a run last as long as the grace where no max runtime is set", async () => {
    await renderPart(<SlotPicture limits={LIMITS} />);
    expect(screen.getByText("A run may take 1 hour, as long as the grace.")).toBeTruthy();
  });

  test("lets the limits be moved by the arrow keys, the early margin to the left", async () => {
    const move = vi.fn();
    await renderPart(<SlotPicture limits={LIMITS} move={move} />);
    fireEvent.keyDown(screen.getByRole("slider", { name: "Grace" }), { key: "ArrowRight" });
    expect(move).toHaveBeenLastCalledWith("grace", 3_660);
    fireEvent.keyDown(screen.getByRole("slider", { name: "Early margin" }), { key: "ArrowLeft" });
    expect(move).toHaveBeenLastCalledWith("earlyMargin", 60);
    fireEvent.keyDown(screen.getByRole("slider", { name: "Early margin" }), { key: "ArrowRight" });
    expect(move).toHaveBeenLastCalledWith("earlyMargin", 0);
    expect(screen.getByRole("slider", { name: "Max runtime" }).getAttribute("aria-valuetext")).toBe("off");
  });

  test("has room beyond every limit, and rounds to about a hundredth of its width", () => {
    const scale = pictureScale({ ...LIMITS, earlyMargin: 600 });
    expect(scale.until).toBeGreaterThan(3_600);
    expect(scale.from).toBeLessThan(-600);
    expect(dragStep(scale)).toBe(60);
    expect(dragStep({ from: 0, until: 86_400 })).toBe(900);
  });
});

test("a badge stands beside what to paste for it", async () => {
  await renderPart(
    <BadgeCard name="nightly [backup]" badgeUrl="https://overdue.example/b/3/abc.svg" isNew={false} />,
  );
  expect(screen.getByLabelText("badge as Markdown").textContent).toBe(
    "![nightly backup](https://overdue.example/b/3/abc.svg)",
  );
  expect(screen.getByLabelText("strip as Markdown").textContent).toBe(
    "![nightly backup](https://overdue.example/b/strip/abc.svg)",
  );
  expect(screen.getByAltText("Status of nightly [backup]").getAttribute("src")).toBe("/b/3/abc.svg");
});

test.each([
  [true, 1],
  [false, 0],
])("the badge of a check that is new (%s) explains why it says up", async (isNew, sentences) => {
  await renderPart(<BadgeCard name="backup" badgeUrl="https://overdue.example/b/3/abc.svg" isNew={isNew} />);
  expect(screen.queryAllByText(/Until the first ping the badge says “up”/)).toHaveLength(sentences);
});
