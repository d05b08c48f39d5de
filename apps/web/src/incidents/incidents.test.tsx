// @vitest-environment happy-dom
import { act, screen, waitFor } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";

import { ADA } from "../../test/app-api.ts";
import { fakeApi, page, problem, type SentRequest } from "../../test/fake-api.ts";
import { anIncident, AT, CHECK, NO_EVIDENCE, PROJECT } from "../../test/fixtures.ts";
import { renderPart } from "../../test/render.tsx";
import { CheckIncidentActions, IncidentActions } from "./incident-actions.tsx";
import { AlsoDown, IncidentFacts, LastOutput, Timeline } from "./incident-facts.tsx";
import { IncidentList } from "./incident-list.tsx";
import { useSendWaitingAcknowledgements } from "./waiting-acknowledgements.ts";

const PATH = `/v1/projects/${PROJECT}/incidents/i1`;
const acknowledged = anIncident({ acknowledgedAt: AT, acknowledgedBy: "Ada" });

beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse("2026-11-20T12:10:00Z"), toFake: ["Date"] });
});
afterEach(() => {
  vi.useRealTimers();
});

test("an incident says that the ping it waited for was under way", async () => {
  const deliveredLate = { happenedAt: "2026-11-20T11:30:00.000Z", receivedAt: "2026-11-20T12:05:00.000Z" };
  await renderPart(<IncidentFacts projectId={PROJECT} incident={anIncident({ deliveredLate })} />);
  const label = screen.getByText("Came late");
  expect(label.nextElementSibling?.textContent).toMatch(
    /^a ping of .+ was received .+, since its sender could not reach Overdue$/,
  );
});

describe("what can be done about an open incident", () => {
  let sent: SentRequest[];

  beforeEach(() => {
    sent = fakeApi({
      [`POST ${PATH}/acknowledge`]: acknowledged,
      [`POST ${PATH}/unacknowledge`]: anIncident(),
      [`POST ${PATH}/snooze`]: anIncident({ snoozedUntil: "recovery" }),
      [`POST ${PATH}/notes`]: anIncident({ entries: 1 }),
    });
  });

  const requests = () =>
    sent.filter(({ method }) => method === "POST").map(({ path, json }) => [path.replace(PATH, ""), json]);

  test("is to acknowledge it, which can be undone", async () => {
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={anIncident()} />);
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await waitFor(() =>
      expect(requests()).toEqual([
        ["/acknowledge", undefined],
        ["/unacknowledge", undefined],
      ]),
    );
  });

  test("is to acknowledge it without a connection: it waits, is sent once there is one, and can be taken back", async () => {
    vi.useRealTimers();
    let isAway = true;
    const away = () => Promise.reject(new TypeError("Failed to fetch"));
    sent = fakeApi({
      "GET /v1/me": ADA,
      [`POST ${PATH}/acknowledge`]: () => (isAway ? away() : acknowledged),
    });
    function Page() {
      useSendWaitingAcknowledgements();
      return <IncidentActions projectId={PROJECT} incident={anIncident()} />;
    }
    const { user } = await renderPart(<Page />);
    await waitFor(() => expect(sent).toHaveLength(1));
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    await screen.findByText(/sent as soon as Overdue can be reached/);
    await user.click(screen.getByRole("button", { name: "Do not send it" }));
    await user.click(await screen.findByRole("button", { name: "Acknowledge" }));
    await screen.findByText(/sent as soon as Overdue can be reached/);
    isAway = false;
    act(() => void window.dispatchEvent(new Event("online")));
    expect(await screen.findByText("Your acknowledgement was sent.")).toBeTruthy();
    expect(localStorage.getItem("overdue-waiting-acknowledgements")).toBe("[]");
  });

  test("is to remove an acknowledgement", async () => {
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={acknowledged} />);
    expect(screen.getByText("Acknowledged by Ada.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Remove acknowledgement" }));
    await waitFor(() => expect(requests()).toEqual([["/unacknowledge", undefined]]));
  });

  test("is to snooze it, for a span that counts in the browser's zone", async () => {
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={anIncident()} />);
    await user.click(screen.getByRole("button", { name: "Snooze" }));
    await user.click(await screen.findByRole("menuitem", { name: /^Until tomorrow 9:00/ }));
    const timezone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
    await waitFor(() => expect(requests()).toEqual([["/snooze", { for: "tomorrow", timezone }]]));
  });

  test("is to end a snooze", async () => {
    const snoozed = anIncident({ snoozedUntil: "2026-11-20T14:00:00.000Z" });
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={snoozed} />);
    await user.click(screen.getByRole("button", { name: "Snooze" }));
    await user.click(await screen.findByRole("menuitem", { name: "End snooze" }));
    await waitFor(() => expect(requests()).toEqual([["/snooze", { until: "2026-11-20T12:10:02.000Z" }]]));
  });

  test("is to add a note, but not an empty one", async () => {
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={anIncident()} />);
    await user.click(screen.getByRole("button", { name: "Note" }));
    const add = await screen.findByRole<HTMLButtonElement>("button", { name: "Add note" });
    expect(add.disabled).toBe(true);
    await user.type(screen.getByRole("textbox", { name: "Note" }), "Cleaning up.");
    await user.click(add);
    await waitFor(() => expect(requests()).toEqual([["/notes", { text: "Cleaning up." }]]));
  });

  test("is shown as an error where the server refuses it", async () => {
    fakeApi({
      [`POST ${PATH}/acknowledge`]: () => problem(409, { detail: "The incident is resolved already." }),
    });
    const { user } = await renderPart(<IncidentActions projectId={PROJECT} incident={anIncident()} />);
    await user.click(screen.getByRole("button", { name: "Acknowledge" }));
    expect((await screen.findByRole("alert")).textContent).toContain("The incident is resolved already.");
  });

  test("is nothing for viewers, who see what others did", async () => {
    await renderPart(<IncidentActions projectId={PROJECT} incident={acknowledged} />, { role: "viewer" });
    expect(screen.getByText("Acknowledged by Ada.")).toBeTruthy();
    expect(screen.queryByRole("button")).toBeNull();
  });

  test("is nothing once it is resolved", async () => {
    await renderPart(<IncidentActions projectId={PROJECT} incident={anIncident({ resolvedAt: AT })} />);
    expect(screen.queryByRole("button")).toBeNull();
  });
});

test("the page of a check offers the actions for its open incident", async () => {
  const sent = fakeApi({ [`GET /v1/projects/${PROJECT}/incidents`]: page(anIncident()) });
  await renderPart(<CheckIncidentActions projectId={PROJECT} checkId={CHECK} />);
  expect(await screen.findByRole("button", { name: "Acknowledge" })).toBeTruthy();
  expect(screen.getByRole("link", { name: "Incident details" }).getAttribute("href")).toBe(
    `/projects/${PROJECT}/incidents/i1`,
  );
  expect(sent[0]?.query).toEqual({ limit: "1", state: "open", checkId: CHECK });
});

describe("the list of incidents", () => {
  async function lineOf(incident: Parameters<typeof anIncident>[0]) {
    await renderPart(<IncidentList projectId={PROJECT} incidents={[anIncident(incident)]} />);
    return screen.getByRole("listitem").textContent ?? "";
  }

  test("says what is down, why, for how long and since when", async () => {
    expect(await lineOf({ severity: "critical", host: "db1", entries: 2 })).toMatch(
      /^nightly backupCriticalon db12 timeline entriesNo ping came in time, down for 10 min, since Fri 20 Nov, \d\d:00 \S+\./,
    );
  });

  test("says with which exit status the job failed", async () => {
    expect(await lineOf({ reason: "failed", exitStatus: 137 })).toContain(
      "The job failed with exit status 137, down for 10 min,",
    );
  });

  test("says how long a resolved incident lasted", async () => {
    expect(await lineOf({ resolvedAt: "2026-11-20T12:03:00.000Z" })).toContain("was down for 3 min,");
  });

  test("says which check holds an alert back", async () => {
    expect(await lineOf({ heldBy: [{ checkId: "c2", name: "storage" }] })).toContain(
      "Its alert is held back while storage is down.",
    );
  });

  test("says nothing about acknowledgements where nobody has done anything", async () => {
    expect(await lineOf({})).not.toContain("acknowledged");
  });
});

describe("the page of an incident", () => {
  function facts(): Record<string, string> {
    return Object.fromEntries(
      screen
        .getAllByRole("term")
        .map((term) => [term.textContent ?? "", term.nextElementSibling?.textContent ?? ""]),
    );
  }

  test("shows only the facts that are known", async () => {
    const incident = anIncident({
      reason: "failed",
      exitStatus: 137,
      exitMeaning: { title: "Killed", hint: "Often the memory ran out" },
      host: "db1",
      address: "db1",
      evidence: { ...NO_EVIDENCE, exitStatus: 137, durationMs: 61_000 },
    });
    await renderPart(<IncidentFacts projectId={PROJECT} incident={incident} />);
    expect(facts()).toEqual({
      "Last ping": "never",
      "Exit status": "137",
      Meaning: "Killed. Often the memory ran out",
      "Ran for": "1 min 1 s",
      Host: "db1",
    });
  });

  test("leave out a meaning that only repeats the exit status", async () => {
    const incident = anIncident({
      reason: "failed",
      exitStatus: 28,
      exitMeaning: { title: "failed with status 28", hint: null },
    });
    await renderPart(<IncidentFacts projectId={PROJECT} incident={incident} />);
    expect(facts()["Exit status"]).toBe("28");
    expect(Object.keys(facts())).not.toContain("Meaning");
  });

  test("calls the expected time the next one where the job failed before it", async () => {
    const evidence = { ...NO_EVIDENCE, expectedAt: "2026-11-20T13:00:00.000Z" };
    await renderPart(
      <IncidentFacts projectId={PROJECT} incident={anIncident({ reason: "failed", evidence })} />,
    );
    expect(Object.keys(facts())).toContain("Next expected");
  });

  test("shows the end of the output without its terminal colours", async () => {
    await renderPart(<LastOutput incident={anIncident({ output: "\u001b[31mdisk full\u001b[0m" })} />);
    expect(screen.getByLabelText("output").textContent).toBe("disk full");
  });

  test("has no card for output where the job printed nothing", async () => {
    await renderPart(<LastOutput incident={anIncident({ output: " \n" })} />);
    expect(screen.queryByRole("region")).toBeNull();
  });

  test("shows eight other checks that are down on the host, and the others on request", async () => {
    const alsoDown = Array.from({ length: 11 }, (_, index) => ({
      incidentId: `i${index}`,
      checkId: `c${index}`,
      checkName: `job ${index}`,
      reason: "missed" as const,
      openedAt: AT,
      shares: "host" as const,
    }));
    const { user } = await renderPart(
      <AlsoDown projectId={PROJECT} incident={anIncident({ host: "db1", alsoDown })} />,
    );
    expect(screen.getByRole("region", { name: "Also down on db1" })).toBeTruthy();
    expect(screen.getAllByRole("listitem")).toHaveLength(8);
    await user.click(screen.getByRole("button", { name: "Show 3 more" }));
    expect(screen.getAllByRole("listitem")).toHaveLength(11);
  });

  test("tells apart what is down on the host and what only shares the address", async () => {
    const other = (checkName: string, shares: "host" | "address") => ({
      incidentId: checkName,
      checkId: checkName,
      checkName,
      reason: "missed" as const,
      openedAt: AT,
      shares,
    });
    const alsoDown = [other("vacuum", "host"), other("mail queue", "address")];
    const incident = anIncident({ host: "db1", address: "203.0.113.7", alsoDown });
    await renderPart(<AlsoDown projectId={PROJECT} incident={incident} />);
    const region = (name: string) => screen.getByRole("region", { name }).textContent;
    expect(region("Also down on db1")).toMatch(/vacuum(?!.*mail queue)/);
    expect(region("Also down, with pings from 203.0.113.7")).toMatch(/mail queue/);
  });

  test.each([
    ["says that no alert has been sent", [], true],
    ["says nothing of the kind once one was written", [aDelivery()], false],
  ])("%s", async (_, deliveries, isSaid) => {
    fakeApi({
      [`GET ${PATH}/timeline`]: page<object>(
        { kind: "flip", id: "f", at: AT, from: "up", to: "down", detectedAt: AT, reason: "missed" },
        ...deliveries,
      ),
    });
    await renderPart(<Timeline projectId={PROJECT} incidentId="i1" />);
    await screen.findByText("Down: no ping came in time");
    expect(screen.queryByText("No alert about it has been sent.") !== null).toBe(isSaid);
  });

  test("lists what happened, oldest first", async () => {
    fakeApi({
      [`GET ${PATH}/timeline`]: page(
        { kind: "flip", id: "f", at: AT, from: "up", to: "down", detectedAt: AT, reason: "missed" },
        { kind: "note", id: "n", at: AT, by: "Ada", text: "Cleaning up." },
      ),
    });
    await renderPart(<Timeline projectId={PROJECT} incidentId="i1" />);
    await screen.findByText("Ada: Cleaning up.");
    expect(screen.getAllByRole("listitem").map(({ textContent }) => textContent?.split("Fri")[0])).toEqual([
      "Down: no ping came in time",
      "Ada: Cleaning up.",
    ]);
  });
});

test("the incidents of a storm are acknowledged together, except for those that are acknowledged already", async () => {
  const [one, two] = [anIncident({ stormId: "s1" }), anIncident({ id: "i2", stormId: "s1" })];
  const done = anIncident({ id: "i3", stormId: "s1", acknowledgedAt: AT, acknowledgedBy: "Ada" });
  const path = `/v1/projects/${PROJECT}/incidents`;
  const sent = fakeApi({
    [`POST ${path}/i1/acknowledge`]: one,
    [`POST ${path}/i2/acknowledge`]: two,
  });
  const { user } = await renderPart(<IncidentList projectId={PROJECT} incidents={[one, two, done]} />);
  expect(screen.getByRole("link", { name: "3 went down together" })).toBeTruthy();
  await user.click(screen.getByRole("button", { name: "Acknowledge all 2" }));
  await waitFor(() =>
    expect(sent.flatMap(({ method, path: to }) => (method === "POST" ? [to] : [])).toSorted()).toEqual([
      `${path}/i1/acknowledge`,
      `${path}/i2/acknowledge`,
    ]),
  );
});

function aDelivery() {
  return {
    kind: "delivery" as const,
    id: "d1",
    at: AT,
    channelId: "ops",
    channelName: "Ops",
    channelKind: "email",
    deliveryKind: "down",
    state: "pending",
    attempts: 0,
    finishedAt: null,
    lastError: null,
  };
}
