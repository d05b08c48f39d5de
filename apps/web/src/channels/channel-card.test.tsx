// @vitest-environment happy-dom
import { screen } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { fakeApi, page } from "../../test/fake-api.ts";
import { aChannel, AT, CHANNEL_KINDS, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { ChannelCard } from "./channel-card.tsx";
import type { ChannelView } from "./channel-queries.ts";
import { CheckChannels } from "../pages/check-side.tsx";

type Options = { checkNames?: string[]; role?: "owner" | "viewer" };

async function renderCard(channel: ChannelView, { checkNames = [], role = "owner" }: Options = {}) {
  const [onTest, onDelete] = [vi.fn(), vi.fn()];
  const rendered = await renderPart(
    <ul>
      <ChannelCard
        projectId={PROJECT}
        channel={channel}
        checkNames={checkNames}
        isTesting={false}
        onTest={onTest}
        onDelete={onDelete}
      >
        {null}
      </ChannelCard>
    </ul>,
    { role },
  );
  return { ...rendered, onTest, onDelete };
}

const TRIAL = { deliveryId: "d1", kind: "test", state: "failed", lastError: "no such host" } as const;

test.each<[string, Partial<ChannelView>]>([
  ["Not tested yet", {}],
  ["Working", { lastSentAt: AT }],
  ["Cannot be opened", { isUnreadable: true, lastSentAt: AT }],
  ["Broken", { brokenAt: AT, lastSentAt: AT }],
  ["Paused after errors", { restsUntil: "2999-11-20T13:00:00.000Z", lastSentAt: AT }],
  ["Last attempts failed", { restsUntil: AT, lastSentAt: AT }],
  ["Waiting for confirmation", { unconfirmedSince: AT }],
  ["Last test failed", { lastTrial: { ...TRIAL, createdAt: AT } }],
  ["Working", { lastTrial: { ...TRIAL, createdAt: "2026-11-19T12:00:00.000Z" }, lastSentAt: AT }],
  ["Unsubscribed", { brokenAt: AT, brokenBy: "recipient" }],
])("the state of a channel is shown as %s for %j", async (state, channel) => {
  await renderCard(aChannel(channel));
  expect(screen.getByText(state)).toBeTruthy();
});

test("a card shows the kind of its channel and where it sends", async () => {
  fakeApi({ "GET /v1/channel-kinds": { items: CHANNEL_KINDS } });
  await renderCard(aChannel());
  expect(await screen.findByText("E-mail · ops@example.org")).toBeTruthy();
});

test("a card names three of the checks that notify the channel, and counts the others", async () => {
  await renderCard(aChannel(), { checkNames: ["a", "b", "c", "d", "e"] });
  expect(screen.getByText("Notified by a, b, c and 2 more")).toBeTruthy();
});

test("a test message is sent on request", async () => {
  const { user, onTest } = await renderCard(aChannel());
  await user.click(screen.getByRole("button", { name: "Send test" }));
  expect(onTest).toHaveBeenCalledOnce();
});

test("a channel is deleted from its menu", async () => {
  const { user, onDelete } = await renderCard(aChannel());
  await user.click(screen.getByRole("button", { name: "Actions for Ops mailbox" }));
  await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
  expect(onDelete).toHaveBeenCalledOnce();
});

test("viewers see the state of a channel, but no actions", async () => {
  await renderCard(aChannel({ lastSentAt: AT }), { role: "viewer" });
  expect(screen.getByText("Working")).toBeTruthy();
  expect(screen.queryByRole("button")).toBeNull();
});

describe("a channel that gets nothing says why and what to do", () => {
  test("where its provider refused it", async () => {
    await renderCard(aChannel({ brokenAt: AT, brokenBy: "provider", brokenBecause: "550 no such user" }));
    expect(screen.getByText(/Nothing has been sent here since/).textContent).toMatch(
      /: 550 no such user\. Edit the channel, or send a test to see whether it works again\.$/,
    );
  });

  test("where its reader unsubscribed, who is not sent a test", async () => {
    await renderCard(aChannel({ brokenAt: AT, brokenBy: "recipient", brokenBecause: "They unsubscribed." }));
    expect(screen.getByText(/Edit the channel if they want the alerts again\./)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Send test" })).toBeNull();
  });

  test("where the provider refuses more messages for now", async () => {
    await renderCard(aChannel({ restsUntil: "2999-11-20T13:00:00.000Z" }));
    expect(screen.getByText(/alerts wait until/).textContent).toMatch(
      /20 Nov 2999, .* and are then sent again\.$/,
    );
  });

  test("where the wait after errors is over, which names no time that has passed", async () => {
    await renderCard(aChannel({ restsUntil: AT }));
    expect(screen.getByText(/The next message shows whether it works again/)).toBeTruthy();
    expect(screen.queryByText(/alerts wait until/)).toBeNull();
  });

  test("where its reader has not confirmed yet, and offers to ask again instead of a test", async () => {
    const channel = aChannel({ unconfirmedSince: AT, askedAt: AT });
    const sent = fakeApi({ [`POST /v1/projects/${PROJECT}/channels/ops/confirmation`]: channel });
    const { user } = await renderCard(channel);
    expect(screen.getByText(/its reader has to confirm by the link in it/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Send test" })).toBeNull();
    await user.click(screen.getByRole("button", { name: "Send it again" }));
    await screen.findByText("An e-mail is on its way to ops@example.org.");
    expect(sent.filter(({ method }) => method === "POST")).toHaveLength(1);
  });
});

describe("the channels of a check", () => {
  const channels = `GET /v1/projects/${PROJECT}/channels`;

  test("are listed with their state", async () => {
    fakeApi({ [channels]: page(aChannel({ lastSentAt: AT }), aChannel({ id: "sms", name: "SMS" })) });
    await renderPart(<CheckChannels check={{ id: "backup", projectId: PROJECT, channelIds: ["ops"] }} />);
    // Nothing is claimed before they are known.
    expect(screen.queryByText(/no channel/i)).toBeNull();
    expect((await screen.findByRole("link", { name: "Ops mailbox" })).closest("li")?.textContent).toBe(
      "Ops mailboxWorking",
    );
    expect(screen.queryByText("SMS")).toBeNull();
  });

  test.each([
    ["nobody gets notified", "No mail server is set."],
    ["alerts go by e-mail to the project's owners", null],
  ])("that do not exist are pointed out: %s", async (consequence, warning) => {
    const email = { kind: "email", title: "E-mail", summary: "", group: "mail", fields: [], warning };
    fakeApi({ [channels]: page(), "GET /v1/channel-kinds": { items: [email] } });
    await renderPart(<CheckChannels check={{ id: "backup", projectId: PROJECT, channelIds: [] }} />);
    expect(await screen.findByText(`There is no channel yet, so ${consequence}.`)).toBeTruthy();
    expect(screen.getByRole("link", { name: "Add a channel" })).toBeTruthy();
  });

  test("are those of the routes, where it has none of its own", async () => {
    fakeApi({
      [channels]: page(aChannel({})),
      [`GET /v1/projects/${PROJECT}/checks/backup/notification-preview`]: {
        items: [{ channelName: "Pager" }, { channelName: "Pager" }],
        events: [],
        ownersInstead: false,
      },
    });
    await renderPart(<CheckChannels check={{ id: "backup", projectId: PROJECT, channelIds: [] }} />);
    expect(await screen.findByText("Routes notify Pager.")).toBeTruthy();
    expect(screen.getByRole("link", { name: "Choose its channels" })).toBeTruthy();
  });
});

test("the card does not say that a confirmation e-mail was sent before it has been", async () => {
  const lastTrial = { ...TRIAL, kind: "confirm", state: "retry", createdAt: AT } as const;
  await renderCard(aChannel({ unconfirmedSince: AT, askedAt: AT, lastTrial }));
  expect(screen.getByText(/has not left yet/)).toBeTruthy();
  expect(screen.queryByText(/An e-mail was sent/)).toBeNull();
});
