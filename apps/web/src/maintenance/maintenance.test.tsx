// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { aWindow, CHECK, NAMES, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import type { WindowView } from "./maintenance-queries.ts";
import { StartMaintenanceForm } from "./start-maintenance-form.tsx";
import { WindowForm } from "../pages/maintenance-window-page.tsx";
import { WindowList } from "../pages/maintenance-page.tsx";
import { newWindowValues, type WindowDraft } from "./window-values.ts";

type Save = (draft: WindowDraft) => Promise<unknown>;
const NOW = Date.parse("2026-11-20T12:10:00Z");

describe("the form of a maintenance window", () => {
  async function renderForm(save: Save = vi.fn<Save>().mockResolvedValue(undefined)) {
    return await renderPart(
      <WindowForm
        initial={newWindowValues("Europe/Berlin", NOW)}
        isNew
        checks={NAMES.checks}
        knownTags={["prod"]}
        save={save}
        cancel={vi.fn()}
      />,
    );
  }

  test("proposes the next full hour for the whole project, and says what that means", async () => {
    await renderForm();
    expect(screen.getByText(/^Once, /).textContent).toBe(
      "Once, Fri 20 Nov 2026, 14:00:00 CET to Fri 20 Nov 2026, 15:00:00 CET: deadlines in this window are excluded, and nobody is notified.",
    );
  });

  test("creates a weekly window for some checks", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save);
    await user.type(screen.getByLabelText(/^Name/), "Patch day");
    await user.click(screen.getByRole("radio", { name: "Weekly" }));
    await user.click(screen.getByRole("checkbox", { name: "Saturday" }));
    await user.click(screen.getByRole("radio", { name: "Some of them" }));
    await user.click(screen.getByRole("combobox", { name: "And these checks" }));
    await user.click(await screen.findByRole("option", { name: "nightly backup" }));
    await user.click(screen.getByRole("button", { name: "Create window" }));
    expect(save).toHaveBeenCalledWith({
      name: "Patch day",
      rule: { kind: "weekly", weekdays: [6, 7], time: "02:00", minutes: 60, timezone: "Europe/Berlin" },
      tags: [],
      checkIds: [CHECK],
    });
  });

  test("asks for both times before it says what the window means", async () => {
    const { user } = await renderForm();
    await user.clear(screen.getByLabelText(/^Until/));
    expect(screen.getByText("Enter when it begins and ends.")).toBeTruthy();
  });

  test("shows what the server refuses about the rule at the field of its kind", async () => {
    const errors = [{ field: "rule.expression", message: "The cron expression has 4 fields." }];
    const save = vi
      .fn<Save>()
      .mockRejectedValue(new ApiError({ status: 400, code: "x", detail: "", errors }));
    const { user } = await renderForm(save);
    await user.click(screen.getByRole("radio", { name: "Cron" }));
    await user.click(screen.getByRole("button", { name: "Create window" }));
    expect(await screen.findByText("The cron expression has 4 fields.")).toBeTruthy();
  });
});

describe("the list of maintenance windows", () => {
  const active = aWindow({
    id: "w2",
    name: "Deploy",
    checkIds: [CHECK],
    active: { from: "2026-11-20T12:00:00.000Z", until: "2026-11-20T13:00:00.000Z" },
  });
  const over = aWindow({ id: "w3", name: "Move", next: null });

  async function renderList(windows: WindowView[], role: "owner" | "viewer" = "owner") {
    const [stop, remove] = [vi.fn(), vi.fn()];
    const rendered = await renderPart(
      <WindowList projectId={PROJECT} windows={windows} checks={NAMES.checks} stop={stop} remove={remove} />,
      { role },
    );
    return { ...rendered, stop, remove };
  }

  test("shows the windows that last now first, and those that are over last", async () => {
    await renderList([over, aWindow(), active]);
    const items = screen.getAllByRole("listitem").map(({ textContent }) => textContent ?? "");
    expect(items.map((text) => /^(Deploy|Patch day|Move)(Now|Planned|Over)/.exec(text)?.[0])).toEqual([
      "DeployNow",
      "Patch dayPlanned",
      "MoveOver",
    ]);
  });

  test("says when a window is, for which checks, and until when it lasts", async () => {
    await renderList([active]);
    expect(screen.getByRole("listitem").textContent).toMatch(
      /Sunday at 02:00 \(Europe\/Berlin\), for 2 hoursFor nightly backup · until Fri 20 Nov 2026, /,
    );
  });

  test("stops only a window that lasts now", async () => {
    const { user, stop } = await renderList([active, aWindow()]);
    expect(screen.queryByRole("button", { name: "Stop now: Patch day" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Stop now: Deploy" }));
    expect(stop).toHaveBeenCalledWith(active);
  });

  test("deletes a window from its menu", async () => {
    const { user, remove } = await renderList([active]);
    await user.click(screen.getByRole("button", { name: "Actions for Deploy" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    expect(remove).toHaveBeenCalledWith(active);
  });

  test("offers viewers nothing", async () => {
    await renderList([active], "viewer");
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("starting maintenance now", () => {
  async function renderForm() {
    const start = vi.fn();
    const rendered = await renderPart(
      <StartMaintenanceForm checks={NAMES.checks} isStarting={false} start={start} />,
    );
    return { ...rendered, start };
  }

  test("lasts 30 minutes for every check, unless something else is typed", async () => {
    const { user, start } = await renderForm();
    await user.click(screen.getByRole("button", { name: "Start now" }));
    expect(start.mock.calls[0]?.[0]).toEqual({ name: "Maintenance", minutes: 30, checkIds: [] });
  });

  test("needs at least a minute", async () => {
    const { user, start } = await renderForm();
    await user.clear(screen.getByLabelText("Minutes"));
    await user.click(screen.getByRole("button", { name: "Start now" }));
    expect(screen.getByText("Use a whole number of minutes, at least 1.")).toBeTruthy();
    expect(start).not.toHaveBeenCalled();
  });

  test("empties the form once it has begun", async () => {
    const { user, start } = await renderForm();
    start.mockImplementation((_draft: object, done: () => void) => done());
    await user.type(screen.getByLabelText("Name"), "Deploy");
    await user.click(screen.getByRole("button", { name: "Start now" }));
    await waitFor(() => expect(screen.getByLabelText<HTMLInputElement>("Name").value).toBe(""));
    expect(start.mock.calls[0]?.[0]).toMatchObject({ name: "Deploy" });
  });
});
