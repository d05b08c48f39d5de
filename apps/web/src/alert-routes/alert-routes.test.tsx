// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { fakeApi } from "../../test/fake-api.ts";
import { aRoute, AT, CHECK, NAMES, PROJECT } from "../../test/fixtures.ts";
import { renderPart, tableRows } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import { NotificationPreview } from "../pages/alert-routes-page.tsx";
import { RouteForm } from "../pages/alert-route-page.tsx";
import { RouteList } from "./route-list.tsx";
import { newRouteValues, type RouteDraft } from "./route-values.ts";

type Save = (draft: RouteDraft) => Promise<unknown>;

async function renderForm(save: Save = vi.fn<Save>().mockResolvedValue(undefined)) {
  return await renderPart(
    <RouteForm
      initial={newRouteValues("Europe/Berlin")}
      isNew
      names={NAMES}
      knownTags={["prod"]}
      save={save}
      cancel={vi.fn()}
    />,
  );
}

async function choose(user: Awaited<ReturnType<typeof renderForm>>["user"], field: string, option: string) {
  await user.click(screen.getByRole("combobox", { name: field }));
  await user.click(await screen.findByRole("option", { name: option }));
}

describe("the form of an alert route", () => {
  test("shows a summary that follows what is chosen", async () => {
    const { user } = await renderForm();
    const summary = () =>
      within(screen.getByRole("region", { name: "Summary" })).getByRole("paragraph").textContent;
    expect(summary()).toMatch(/^When any check goes down, notify nobody immediately\./);
    await choose(user, "Step 1: notify", "Ops mailbox");
    await choose(user, "Severities", "critical");
    expect(summary()).toMatch(/^When a critical check goes down, notify Ops mailbox immediately\./);
  });

  test("sends an escalation step that applies even after an acknowledgement", async () => {
    const save = vi.fn<Save>().mockResolvedValue(undefined);
    const { user } = await renderForm(save);
    await user.type(screen.getByLabelText(/^Name/), "Night");
    await choose(user, "Step 1: notify", "Ops mailbox");
    await user.click(screen.getByRole("button", { name: "Add escalation step" }));
    await choose(user, "Step 2: notify", "Primary");
    await user.click(screen.getByLabelText("Even if somebody has acknowledged it"));
    await user.click(screen.getByRole("button", { name: "Create route" }));
    expect(save.mock.calls[0]?.[0]).toMatchObject({
      name: "Night",
      steps: [
        { afterMinutes: 0, targets: [{ kind: "channel", channelId: "ops" }], ifUnacknowledged: true },
        { afterMinutes: 15, targets: [{ kind: "on-call", rotationId: "primary" }], ifUnacknowledged: false },
      ],
    });
  });

  test("removes a step again", async () => {
    const { user } = await renderForm();
    await user.click(screen.getByRole("button", { name: "Add escalation step" }));
    await user.click(screen.getByRole("button", { name: "Remove step 2" }));
    expect(screen.queryByText("Step 2")).toBeNull();
  });

  test("proposes twice the delay for each further step", async () => {
    const { user } = await renderForm();
    await user.click(screen.getByRole("button", { name: "Add escalation step" }));
    await user.click(screen.getByRole("button", { name: "Add escalation step" }));
    expect(screen.getByLabelText<HTMLInputElement>("Step 3: after: amount").value).toBe("30");
  });

  test("shows the fields for hours only where the route has hours", async () => {
    const { user } = await renderForm();
    expect(screen.queryByRole("group", { name: "Hours" })).toBeNull();
    await user.click(screen.getByLabelText("Only at certain hours"));
    expect(screen.getByRole("group", { name: "Hours" })).toBeTruthy();
  });

  test("says that runs go to the first step only", async () => {
    const { user } = await renderForm();
    await user.click(screen.getByRole("checkbox", { name: "Every run, good or bad" }));
    expect(
      screen.getByText("Everything except down and up goes to the first step only, immediately."),
    ).toBeTruthy();
  });

  test("shows what the server refuses at the step where it was chosen", async () => {
    const errors = [{ field: "steps.0.targets", message: "Choose at least one recipient." }];
    const save = vi
      .fn<Save>()
      .mockRejectedValue(new ApiError({ status: 400, code: "x", detail: "", errors }));
    const { user } = await renderForm(save);
    await user.click(screen.getByRole("button", { name: "Create route" }));
    expect(await screen.findByText("Choose at least one recipient.")).toBeTruthy();
  });
});

describe("the list of alert routes", () => {
  const routes = [
    aRoute(),
    aRoute({ id: "r2", name: "Night" }),
    aRoute({ id: "r3", name: "Weekend", managedBy: "config" }),
  ];

  async function renderList(role: "owner" | "viewer" = "owner") {
    const [reorder, remove] = [vi.fn(), vi.fn()];
    const rendered = await renderPart(
      <RouteList projectId={PROJECT} routes={routes} names={NAMES} reorder={reorder} remove={remove} />,
      { role },
    );
    return { ...rendered, reorder, remove };
  }

  test("moves a route up by swapping it with the one above", async () => {
    const { user, reorder } = await renderList();
    await user.click(screen.getByRole("button", { name: "Move Night up" }));
    expect(reorder).toHaveBeenCalledWith(["r2", "r1", "r3"]);
  });

  test("cannot move the first route up or the last one down", async () => {
    await renderList();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Move Ops up" }).disabled).toBe(true);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Move Weekend down" }).disabled).toBe(true);
  });

  test("deletes a route from its menu", async () => {
    const { user, remove } = await renderList();
    await user.click(screen.getByRole("button", { name: "Actions for Night" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    expect(remove.mock.calls[0]?.[0]).toMatchObject({ id: "r2" });
  });

  test("shows viewers what the routes mean, without buttons", async () => {
    await renderList("viewer");
    expect(screen.getAllByText(/When any check goes down, notify Ops mailbox immediately\./)).toHaveLength(3);
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("marks a route that a file manages", async () => {
    await renderList();
    expect(screen.getByText("Managed by a file").closest("li")?.textContent).toContain("Weekend");
  });
});

describe("the preview of who gets notified", () => {
  const recipient = {
    channelId: "ops",
    channelName: "Ops mailbox",
    channelKind: "email",
    kind: "down",
    at: AT,
    afterSeconds: 0,
    because: "route “Ops”",
    heldBack: null,
  };

  async function renderPreview(response: object) {
    const sent = fakeApi({ [`GET /v1/projects/${PROJECT}/checks/${CHECK}/notification-preview`]: response });
    const rendered = await renderPart(<NotificationPreview projectId={PROJECT} checks={NAMES.checks} />);
    await choose(rendered.user, "If this check", "nightly backup");
    return { ...rendered, sent };
  }

  test("lists the recipients in order, with the delay and the route", async () => {
    const later = { ...recipient, channelName: "SMS", channelId: "sms", kind: "reminder", afterSeconds: 900 };
    await renderPreview({ items: [recipient, later], events: [] });
    await screen.findByRole("table");
    expect(tableRows().map(([after, , who, because]) => [after, who, because])).toEqual([
      ["immediately", "Ops mailbox", "route “Ops”"],
      ["15 min", "SMS (reminder)", "route “Ops”"],
    ]);
  });

  test("says why a recipient gets nothing at present", async () => {
    await renderPreview({ items: [{ ...recipient, heldBack: "the channel is broken" }], events: [] });
    expect(await screen.findByText("Not at present: the channel is broken")).toBeTruthy();
  });

  test("says what happens to an alert that nobody gets", async () => {
    await renderPreview({ items: [], events: [] });
    expect(await screen.findByText(/^Nobody: .* the project's owners by e-mail/)).toBeTruthy();
  });

  test("asks again for another reason", async () => {
    const { user, sent } = await renderPreview({ items: [recipient], events: [] });
    await user.selectOptions(screen.getByRole("combobox", { name: "goes down because it is" }), "failed");
    await waitFor(() => expect(sent.at(-1)?.query["reason"]).toBe("failed"));
  });

  test("lists who gets notified of runs and failures separately", async () => {
    const { kind: _, afterSeconds: __, heldBack: ___, ...channel } = recipient;
    await renderPreview({ items: [recipient], events: [{ ...channel, notifyOn: "failures" }] });
    await screen.findByText("About its runs and notices at that time:");
    expect(screen.getByRole("cell", { name: "Every failure" })).toBeTruthy();
  });
});
