// @vitest-environment happy-dom
import { screen, waitFor } from "@testing-library/react";
import { describe, expect, test, vi } from "vitest";

import { appApi } from "../../test/app-api.ts";
import { fakeApi, page, problem } from "../../test/fake-api.ts";
import { aChannel, aDelivery, AT, NAMES, PROJECT } from "../../test/fixtures.ts";
import { renderApp, renderPart } from "../../test/render.tsx";
import { DeadLetterList, DeliveryList } from "./delivery-list.tsx";
import { DeliveryProgress } from "./delivery-progress.tsx";
import type { DeliveryView } from "./delivery-queries.ts";

const PATH = `/v1/projects/${PROJECT}/deliveries/d1`;
const attempt = {
  attempt: 1,
  startedAt: AT,
  finishedAt: AT,
  outcome: "retry",
  statusCode: 503,
  answer: "busy",
} as const;

function renderList(delivery: DeliveryView) {
  return renderPart(<DeliveryList projectId={PROJECT} deliveries={[delivery]} names={NAMES} />);
}

/** The receipt of a delivery as text by label. */
async function openReceipt(delivery: DeliveryView): Promise<Record<string, string>> {
  const { user } = await renderList(delivery);
  await user.click(screen.getByRole("button", { name: "Receipt and attempts" }));
  const terms = screen.getAllByRole("term");
  return Object.fromEntries(
    terms.map((term) => [term.textContent ?? "", term.nextElementSibling?.textContent ?? ""]),
  );
}

test.each<[Partial<DeliveryView>, string]>([
  [{}, "Down alert of nightly backup to Ops mailbox"],
  [{ kind: "up" }, "Up again of nightly backup to Ops mailbox"],
  [{ kind: "test", checkId: null }, "Test to Ops mailbox"],
  [{ checkId: "gone" }, "Down alert of a deleted check to Ops mailbox"],
  [{ channelId: "gone" }, "Down alert of nightly backup to a deleted channel"],
  [
    { channelId: "mailbox", toOwner: true, fallbackFor: "d0" },
    "Down alert of nightly backup to an owner, by e-mail",
  ],
  [{ channelId: "mailbox", toOwner: true }, "Down alert of nightly backup to an owner, by e-mail"],
  [
    { kind: "system", checkId: null, channelId: "mailbox", toOwner: true },
    "About a channel to an owner, by e-mail",
  ],
])("the delivery %j is titled: %s", async (delivery, title) => {
  await renderList(aDelivery(delivery));
  expect(screen.getByRole("listitem").textContent).toContain(title);
});

test.each<[DeliveryView["state"], string]>([
  ["pending", "Queued"],
  ["sending", "Sending"],
  ["retry", "Will be retried"],
  ["sent", "Sent"],
  ["failed", "Failed"],
  ["superseded", "Superseded"],
])("the state %s is shown as %s", async (state, label) => {
  await renderList(aDelivery({ state }));
  expect(screen.getAllByText(label)[0]?.closest("[data-tone]")).toBeTruthy();
});

describe("the receipt of a delivery", () => {
  test("says when it was accepted, and how long that took", async () => {
    const receipt = await openReceipt(
      aDelivery({ latencyMs: 3_100, because: "route “Ops”", providerRef: "msg-7" }),
    );
    expect(receipt["Accepted"]).toMatch(/, 2 s after it was queued$/);
    expect(receipt).toMatchObject({
      "After the deadline": "3 s",
      "Because of": "route “Ops”",
      "The provider's id": "msg-7",
    });
  });

  test("says that it was sent in place of another channel, and with others in one message", async () => {
    const receipt = await openReceipt(aDelivery({ fallbackFor: "d0", leaderId: "d2" }));
    expect(receipt["Fallback for"]).toBe("another channel, which did not accept it");
    expect(receipt["Message"]).toBe("Grouped with others in one message");
  });

  test("shows every attempt with the response of the provider", async () => {
    await openReceipt(
      aDelivery({
        attempts: [attempt, { ...attempt, attempt: 2, outcome: "sent", statusCode: 200, answer: "ok" }],
      }),
    );
    const attempts = screen.getAllByText(/^Attempt \d/).map(({ textContent }) => textContent ?? "");
    expect(attempts[0]).toMatch(/^Attempt 1, .*: will be retried \(503\)$/);
    expect(attempts[1]).toMatch(/^Attempt 2, .*: sent \(200\)$/);
    expect(screen.getByText("busy")).toBeTruthy();
  });

  test("warns that the message may have arrived twice", async () => {
    await openReceipt(aDelivery({ uncertain: true }));
    expect(screen.getByText(/the message may have arrived twice/)).toBeTruthy();
  });
});

describe("a dead letter", () => {
  const letter = aDelivery({ state: "failed", lastError: "410 gone" });

  test("shows the last error, and is sent again on request", async () => {
    const sent = fakeApi({ [`POST ${PATH}/redeliver`]: letter });
    const { user } = await renderPart(
      <DeadLetterList projectId={PROJECT} letters={[letter]} names={NAMES} />,
    );
    expect(screen.getAllByText("410 gone").length).toBeGreaterThan(0);
    await user.click(screen.getByRole("button", { name: "Send again" }));
    expect(await screen.findByText("Queued again.")).toBeTruthy();
    expect(sent).toHaveLength(1);
  });

  test("is dismissed on request", async () => {
    const sent = fakeApi({ [`POST ${PATH}/dismiss`]: letter });
    const { user } = await renderPart(
      <DeadLetterList projectId={PROJECT} letters={[letter]} names={NAMES} />,
    );
    await user.click(screen.getByRole("button", { name: "Dismiss" }));
    await waitFor(() => expect(sent.map(({ path }) => path)).toEqual([`${PATH}/dismiss`]));
  });

  test("that was handled already offers nothing", async () => {
    const handled = { ...letter, dealtWithAt: AT };
    await renderPart(<DeadLetterList projectId={PROJECT} letters={[handled]} names={NAMES} />);
    expect(screen.getByText(/^Handled/)).toBeTruthy();
    expect(screen.queryByRole("button", { name: "Send again" })).toBeNull();
  });

  test("offers viewers nothing", async () => {
    await renderPart(<DeadLetterList projectId={PROJECT} letters={[letter]} names={NAMES} />, {
      role: "viewer",
    });
    expect(screen.queryByRole("button", { name: "Dismiss" })).toBeNull();
  });
});

describe("the progress of a test message", () => {
  test("shows its state and the response of the provider", async () => {
    fakeApi({
      [`GET ${PATH}`]: aDelivery({
        attempts: [{ ...attempt, outcome: "sent", statusCode: 202, answer: "queued" }],
      }),
    });
    await renderPart(<DeliveryProgress projectId={PROJECT} deliveryId="d1" />);
    expect(await screen.findByText("Sent")).toBeTruthy();
    expect(screen.getByText("queued")).toBeTruthy();
  });

  test("is read again until the delivery is final, in case a live event gets lost", async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    const states: DeliveryView["state"][] = ["pending", "sending", "sent"];
    const sent = fakeApi({ [`GET ${PATH}`]: () => aDelivery({ state: states.shift() ?? "sent" }) });
    await renderPart(<DeliveryProgress projectId={PROJECT} deliveryId="d1" />);
    await screen.findByText("Queued");
    await vi.advanceTimersByTimeAsync(4_500);
    expect(await screen.findByText("Sent")).toBeTruthy();
    await vi.advanceTimersByTimeAsync(10_000);
    expect(sent).toHaveLength(3);
    vi.useRealTimers();
  });

  test("that cannot be read shows why", async () => {
    fakeApi({ [`GET ${PATH}`]: () => problem(404, { detail: "There is no such delivery." }) });
    await renderPart(<DeliveryProgress projectId={PROJECT} deliveryId="d1" />);
    expect((await screen.findByRole("alert")).textContent).toContain("There is no such delivery.");
  });
});

test("the list of deliveries is narrowed by the address and by its fields", async () => {
  const sent = fakeApi({
    ...appApi(),
    [`GET /v1/projects/${PROJECT}/deliveries`]: page(aDelivery()),
    [`GET /v1/projects/${PROJECT}/channels`]: page(aChannel()),
  });
  const { user } = await renderApp(`/projects/${PROJECT}/deliveries?channel=ops`);
  const lastQuery = () => sent.findLast(({ path }) => path.endsWith("/deliveries"))?.query;
  await waitFor(() => expect(lastQuery()).toMatchObject({ channelId: "ops" }));
  await user.selectOptions(await screen.findByLabelText("State"), "failed");
  await waitFor(() => expect(lastQuery()).toMatchObject({ channelId: "ops", state: "failed" }));
  await user.selectOptions(screen.getByLabelText("Channel"), "");
  await waitFor(() => expect(lastQuery()).not.toHaveProperty("channelId"));
});
