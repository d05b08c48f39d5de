// @vitest-environment happy-dom
import { screen, waitFor, within } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { aPerson, aRotation, NAMES, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { ApiError } from "../api/problem.ts";
import type { RotationView, RotationDraft } from "./on-call-queries.ts";
import { PeopleCard } from "./people-card.tsx";
import { RotationCard } from "./rotation-card.tsx";
import { RotationForm } from "./rotation-form.tsx";
import { SchedulePicture } from "./schedule-picture.tsx";

const PEOPLE = `/v1/projects/${PROJECT}/people`;
const ROTATIONS = `/v1/projects/${PROJECT}/rotations`;

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-18T12:00:00Z"), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

describe("the people of a project", () => {
  async function renderPeople(
    handlers: Parameters<typeof fakeApi>[0] = {},
    role: "owner" | "viewer" = "owner",
  ) {
    const sent = fakeApi({
      [`GET ${PEOPLE}`]: page(aPerson(), aPerson({ id: "bob", name: "Bob", channelIds: [] })),
      [`GET ${ROTATIONS}`]: page(),
      ...handlers,
    });
    const rendered = await renderPart(<PeopleCard projectId={PROJECT} channels={NAMES.channels} />, { role });
    await screen.findByText("Ada");
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("are listed with their channels, and a person without one is pointed out", async () => {
    await renderPeople();
    expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      "AdaOps mailbox",
      "BobNo channel, so this person cannot be notified.",
    ]);
  });

  test("are added with their own channels", async () => {
    const { user, sent } = await renderPeople({ [`POST ${PEOPLE}`]: aPerson({ id: "eve", name: "Eve" }) });
    await user.click(screen.getByRole("button", { name: "Add person" }));
    await user.type(screen.getByLabelText(/^Name/), "Eve");
    await user.click(screen.getByRole("combobox", { name: "Own channels" }));
    await user.click(await screen.findByRole("option", { name: "Ops mailbox" }));
    await user.click(screen.getAllByRole("button", { name: "Add person" }).at(-1) ?? document.body);
    await waitFor(() => expect(sent()[0]?.json).toEqual({ name: "Eve", channelIds: ["ops"] }));
  });

  test("cannot be added without a name", async () => {
    const { user, sent } = await renderPeople();
    await user.click(screen.getByRole("button", { name: "Add person" }));
    await user.click(screen.getAllByRole("button", { name: "Add person" }).at(-1) ?? document.body);
    expect(screen.getByText("Give the person a name.")).toBeTruthy();
    expect(sent()).toEqual([]);
  });

  test("are edited in their row, on top of the version that was seen", async () => {
    const { user, sent } = await renderPeople({ [`PATCH ${PEOPLE}/ada`]: aPerson({ version: 2 }) });
    await user.click(screen.getByRole("button", { name: "Edit Ada" }));
    await user.type(screen.getByLabelText(/^Name/), " Lovelace");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()[0]?.json).toMatchObject({ name: "Ada Lovelace" }));
  });

  test("show what somebody else changed meanwhile before anything is overwritten", async () => {
    const { user } = await renderPeople({
      [`PATCH ${PEOPLE}/ada`]: () => problem(412, { code: "stale", detail: "Out of date." }),
    });
    await user.click(screen.getByRole("button", { name: "Edit Ada" }));
    fakeApi({
      [`PATCH ${PEOPLE}/ada`]: () => problem(412, { code: "stale", detail: "Out of date." }),
      [`GET ${PEOPLE}`]: page(aPerson({ version: 2, channelIds: [] })),
      [`GET ${ROTATIONS}`]: page(),
    });
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect((await screen.findByRole("alert")).textContent).toContain(
      "Own channels: it was Ops mailbox; now it is nothing",
    );
  });

  test("are deleted, which can be undone", async () => {
    const { user, sent } = await renderPeople({
      [`DELETE ${PEOPLE}/ada`]: {},
      [`POST ${PEOPLE}/ada/restore`]: aPerson(),
    });
    await user.click(screen.getByRole("button", { name: "Delete Ada" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(sent().map(({ method, path }) => `${method} ${path}`)).toEqual([
        `DELETE ${PEOPLE}/ada`,
        `POST ${PEOPLE}/ada/restore`,
      ]),
    );
  });

  test("can be seen but not changed by viewers", async () => {
    await renderPeople({}, "viewer");
    expect(screen.queryByRole("button")).toBeNull();
  });
});

describe("a rotation", () => {
  async function renderRotation(rotation: RotationView, handlers: Parameters<typeof fakeApi>[0] = {}) {
    const sent = fakeApi({ [`GET ${PEOPLE}`]: page(), [`GET ${ROTATIONS}`]: page(rotation), ...handlers });
    const rendered = await renderPart(
      <RotationCard projectId={PROJECT} rotation={rotation} people={NAMES.people} />,
    );
    return { ...rendered, sent: () => sent.filter(({ method }) => method !== "GET") };
  }

  test("says who is on call until when, and how the turns change", async () => {
    const { container } = await renderRotation(aRotation());
    expect(container.textContent).toMatch(/On call now: Ada, until Mon 23 Nov 2026, /);
    expect(container.textContent).toContain(
      "Ada, then Bob, a week each; they hand over on Mondays at 09:00 (Europe/Berlin).",
    );
  });

  test("says that nobody is on call", async () => {
    const { container } = await renderRotation(aRotation({ personIds: [], onCall: null }));
    expect(container.textContent).toContain("Nobody is on call.");
  });

  test("gets an override with times in its own zone", async () => {
    const { user, sent } = await renderRotation(aRotation(), { [`PATCH ${ROTATIONS}/primary`]: aRotation() });
    await user.click(screen.getByRole("button", { name: "Add override" }));
    expect(screen.getByLabelText<HTMLInputElement>(/^From \(Europe\/Berlin\)/).value).toBe(
      "2026-11-18T13:00",
    );
    await user.selectOptions(screen.getByLabelText("Person"), "Bob");
    await user.click(screen.getByRole("button", { name: "Add override" }));
    await waitFor(() =>
      expect(sent()[0]?.json).toEqual({
        overrides: [{ personId: "bob", from: "2026-11-18T12:00:00.000Z", until: "2026-11-19T12:00:00.000Z" }],
      }),
    );
  });

  test("loses an override, which can be undone", async () => {
    const override = { personId: "bob", from: "2026-11-18T12:00:00.000Z", until: "2026-11-19T12:00:00.000Z" };
    const { user, sent } = await renderRotation(aRotation({ overrides: [override] }), {
      [`PATCH ${ROTATIONS}/primary`]: aRotation(),
    });
    await user.click(screen.getByRole("button", { name: "Remove the override of Bob" }));
    await waitFor(() => expect(sent()[0]?.json).toEqual({ overrides: [] }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() => expect(sent()[1]?.json).toEqual({ overrides: [override] }));
  });

  test("is edited in place", async () => {
    const { user, sent } = await renderRotation(aRotation(), {
      [`PATCH ${ROTATIONS}/primary`]: aRotation({ version: 2 }),
    });
    await user.click(screen.getByRole("button", { name: "Edit Primary" }));
    await user.selectOptions(screen.getByLabelText("A turn takes"), "A day");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await waitFor(() => expect(sent()[0]?.json).toMatchObject({ every: "day" }));
  });
});

describe("the form of a rotation", () => {
  const draft: RotationDraft = { ...aRotation(), personIds: ["ada"] };

  async function renderForm(save: (draft: RotationDraft) => Promise<unknown>) {
    return await renderPart(
      <RotationForm initial={draft} people={NAMES.people} submitLabel="Save" save={save} cancel={vi.fn()} />,
    );
  }

  test("adds people and changes the order of their turns", async () => {
    const save = vi.fn().mockResolvedValue(undefined);
    const { user } = await renderForm(save);
    expect(screen.getByText("Always Ada.")).toBeTruthy();
    await user.selectOptions(screen.getByLabelText("Add a person to the turns"), "Bob");
    await user.click(screen.getByRole("button", { name: "Bob: earlier" }));
    expect(screen.getByText(/^Bob, then Ada, a week each/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(save.mock.calls[0]?.[0]).toMatchObject({ personIds: ["bob", "ada"] });
  });

  test("removes a person from the turns", async () => {
    const { user } = await renderForm(vi.fn());
    await user.click(screen.getByRole("button", { name: "Remove Ada" }));
    expect(screen.getByText("Nobody takes turns yet.")).toBeTruthy();
  });

  test("shows what the server refuses at its field", async () => {
    const errors = [{ field: "handOverAt", message: "Write a time as 09:00." }];
    const { user } = await renderForm(() =>
      Promise.reject(new ApiError({ status: 400, code: "x", detail: "", errors })),
    );
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText("Write a time as 09:00.")).toBeTruthy();
  });
});

test("the picture of two weeks names who is on call, for screen readers with times and zone", async () => {
  await renderPart(<SchedulePicture rotation={aRotation()} people={NAMES.people} />);
  const picture = within(screen.getByRole("figure", { name: "Who is on call in the next 14 days" }));
  expect(picture.getAllByRole("listitem").map(({ title }) => title)).toEqual([
    "Ada: Wed 18 Nov, 00:00 CET to Mon 23 Nov, 09:00 CET",
    "Bob: Mon 23 Nov, 09:00 CET to Wed 25 Nov, 00:00 CET",
    "Bob: Wed 25 Nov, 00:00 CET to Mon 30 Nov, 09:00 CET",
    "Ada: Mon 30 Nov, 09:00 CET to Wed 2 Dec, 00:00 CET",
  ]);
});
