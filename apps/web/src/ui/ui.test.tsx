// @vitest-environment happy-dom
import { act, render, screen } from "@testing-library/react";
import { useState } from "react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { MantineOnly, renderPart } from "../../test/render.tsx";
import type { Span } from "../time/duration.ts";
import { AnnounceChanges } from "./announce.tsx";
import { CodeBlock } from "./code-block.tsx";
import { EditorsOnly } from "./role.tsx";
import { SpanInput } from "./span-input.tsx";
import { ManagedLabel, ManagedNote } from "./status-label.tsx";
import { DatedTime, ExactTime, RelativeTime } from "./time.tsx";

describe("a relative time", () => {
  beforeEach(() => {
    vi.useFakeTimers({ now: Date.parse("2026-11-20T12:00:00Z") });
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test("follows the clock while the page is open", () => {
    render(<RelativeTime at="2026-11-20T11:59:00Z" />);
    expect(screen.getByText("1 min ago")).toBeTruthy();
    act(() => {
      vi.advanceTimersByTime(60_000);
    });
    expect(screen.getByText("2 min ago")).toBeTruthy();
  });

  test("names the exact time by the reader's clock, in its own zone and in UTC on hover", () => {
    render(<RelativeTime at="2026-11-20T11:59:00Z" zone="Asia/Tokyo" />);
    expect(screen.getByText("1 min ago").title).toBe(
      "Fri 20 Nov 2026, 12:59:00 CET · Fri 20 Nov 2026, 20:59:00 GMT+9 · Fri 20 Nov 2026, 11:59:00 UTC",
    );
  });
});

test("an exact time is never shown without its zone", () => {
  render(<ExactTime at="2026-07-01T00:30:00Z" zone="Europe/Berlin" />);
  expect(screen.getByText("Wed 1 Jul 2026, 02:30:00 CEST")).toBeTruthy();
});

test("screen readers hear when a label changes, and nothing at first", async () => {
  const { rerender } = render(<AnnounceChanges labels={new Map([["backup", "up"]])} />, {
    wrapper: MantineOnly,
  });
  expect(screen.getByRole("status").textContent).toBe("");
  rerender(<AnnounceChanges labels={new Map([["backup", "down"]])} />);
  expect(screen.getByRole("status").textContent).toBe("backup is now down.");
});

test("a name that appears later is not announced as a change", () => {
  const { rerender } = render(<AnnounceChanges labels={new Map([["backup", "up"]])} />, {
    wrapper: MantineOnly,
  });
  rerender(
    <AnnounceChanges
      labels={
        new Map([
          ["backup", "up"],
          ["report", "new"],
        ])
      }
    />,
  );
  expect(screen.getByRole("status").textContent).toBe("");
});

test("the copy button of a code block copies the code and says so", async () => {
  const { user } = await renderPart(<CodeBlock code="curl https://overdue.example/ping/1" what="ping URL" />);
  await user.click(screen.getByRole("button", { name: "Copy ping URL" }));
  expect(await navigator.clipboard.readText()).toBe("curl https://overdue.example/ping/1");
  expect((await screen.findByRole("status")).textContent).toBe("Copied");
});

test.each([
  ["owner", true],
  ["member", true],
  ["viewer", false],
] as const)("whether a button for changes is shown to the role %s: %s", async (role, isShown) => {
  await renderPart(
    <EditorsOnly>
      <button type="button">Delete</button>
    </EditorsOnly>,
    { role },
  );
  expect(screen.queryByRole("button", { name: "Delete" }) !== null).toBe(isShown);
});

test("what a configuration file manages says so, and warns where it is edited", async () => {
  await renderPart(
    <>
      <ManagedLabel managedBy="config" />
      <ManagedNote managedBy="config" />
    </>,
  );
  expect(screen.getAllByText("Managed by a file")).toHaveLength(2);
  expect(screen.getByRole("alert").textContent).toContain("Edit the file instead.");
});

describe("a field for a length of time", () => {
  function Grace({ onChange }: { onChange: (span: Span) => void }) {
    const [value, setValue] = useState<Span>({ amount: 1, unit: "hours" });
    const change = (span: Span) => {
      setValue(span);
      onChange(span);
    };
    return <SpanInput label="Grace" min={60} value={value} onChange={change} />;
  }

  test("changes its amount and keeps its unit", async () => {
    const onChange = vi.fn();
    const { user } = await renderPart(<Grace onChange={onChange} />);
    await user.clear(screen.getByLabelText("Grace: amount"));
    await user.type(screen.getByLabelText("Grace: amount"), "30");
    expect(onChange).toHaveBeenLastCalledWith({ amount: 30, unit: "hours" });
  });

  test("changes its unit and keeps its amount", async () => {
    const onChange = vi.fn();
    const { user } = await renderPart(<Grace onChange={onChange} />);
    await user.selectOptions(screen.getByLabelText("Grace: unit"), "days");
    expect(onChange).toHaveBeenLastCalledWith({ amount: 1, unit: "days" });
  });

  test("says at once what the server would refuse, and nothing of an empty one", async () => {
    const { user } = await renderPart(<Grace onChange={vi.fn()} />);
    const amount = screen.getByLabelText("Grace: amount");
    await user.selectOptions(screen.getByLabelText("Grace: unit"), "seconds");
    expect(screen.getByText("Choose between 1 minute and 365 days.")).toBeTruthy();
    await user.type(amount, "20");
    expect(screen.queryByText(/^Choose between/)).toBeNull();
    await user.clear(amount);
    expect(screen.queryByText(/^Choose between/)).toBeNull();
    await user.type(amount, "366");
    await user.selectOptions(screen.getByLabelText("Grace: unit"), "days");
    expect(screen.getByText("Choose between 1 minute and 365 days.")).toBeTruthy();
  });

  test("has no amount once it is emptied", async () => {
    const onChange = vi.fn();
    const { user } = await renderPart(<Grace onChange={onChange} />);
    await user.clear(screen.getByLabelText("Grace: amount"));
    expect(onChange).toHaveBeenLastCalledWith({ amount: "", unit: "hours" });
  });
});

describe("a time", () => {
  const at = "2026-11-20T01:30:05Z";

  test("is the reader's, with the zone in which it is meant and UTC on hover", async () => {
    await renderPart(<ExactTime at={at} zone="America/New_York" />);
    const time = screen.getByText("Fri 20 Nov 2026, 02:30:05 CET");
    expect(time.title).toBe("Thu 19 Nov 2026, 20:30:05 GMT\u20115 · Fri 20 Nov 2026, 01:30:05 UTC");
  });

  test("in a table is absolute, with how long ago it was", async () => {
    await renderPart(<DatedTime at={at} />);
    expect(screen.getByText(/^Fri 20 Nov, 02:30 CET/).textContent).toMatch(/CET(\d|in )/);
  });
});
