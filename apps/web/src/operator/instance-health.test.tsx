// @vitest-environment happy-dom
import { screen, within } from "@testing-library/react";
import { describe, expect, test } from "vitest";

import { ADA, appApi } from "../../test/app-api.ts";
import { fakeApi, problem } from "../../test/fake-api.ts";
import { renderApp, tableRows } from "../../test/render.tsx";

const nowIso = () => new Date().toISOString();
const health = () => ({
  at: nowIso(),
  problems: [] as string[],
  quarantined: [] as object[],
  evaluation: { lagSeconds: 0.4, waitSeconds: null },
  deliveries: { due: 2, underWay: 1, later: 3, oldestDueSeconds: 5, deadLetters: 4 },
  channels: { broken: 1, resting: 2, all: 30 },
  queue: "postgres",
  heartbeat: { isSet: false, lastSentAt: null },
  selfTest: {
    lastArrivedAt: nowIso(),
    hour: { count: 12, p50Ms: 340, p99Ms: 1_200, mostMs: 1_500 },
    day: { count: 0, p50Ms: null, p99Ms: null, mostMs: null },
  },
  checkers: [{ id: "c0ffee00-1", startedAt: nowIso(), evaluatedAt: nowIso(), isAlive: true }],
  receivers: [
    {
      id: "deadbeef-1",
      startedAt: nowIso(),
      checkpointAt: null,
      isAlive: false,
      keptBytes: 2_050_000,
      keptSince: nowIso(),
    },
  ],
});

async function renderHealth(shown: object) {
  fakeApi({ ...appApi({ ...ADA, isOperator: true }), "GET /v1/operator": shown });
  const rendered = await renderApp("/operator");
  await screen.findByRole("region", { name: "State" });
  return rendered;
}

describe("the page of the instance", () => {
  test("says that there are no problems", async () => {
    await renderHealth(health());
    expect(screen.getByRole("region", { name: "State" }).textContent).toBe("No problems");
  });

  test("lists what is put aside in any project, with its reason", async () => {
    const one = {
      kind: "check",
      name: "nightly",
      projectName: "shop",
      attempts: 3,
      reason: "No such field.",
    };
    await renderHealth({
      ...health(),
      quarantined: [{ ...one, id: "c0ffee00-2", since: nowIso(), until: nowIso() }],
    });
    const cells = within(screen.getByRole("region", { name: "Put aside" })).getAllByRole("cell");
    expect(cells.map(({ textContent }) => textContent)).toEqual(
      expect.arrayContaining(["Check nightly", "shop", "3 times", "No such field."]),
    );
  });

  test("lists every problem", async () => {
    await renderHealth({
      ...health(),
      problems: ["No checker has worked for 20 s.", "The mail server refuses us."],
    });
    const state = within(screen.getByRole("region", { name: "State" }));
    expect(state.getAllByRole("listitem").map(({ textContent }) => textContent)).toEqual([
      "No checker has worked for 20 s.",
      "The mail server refuses us.",
    ]);
  });

  test("shows how far evaluation and deliveries are, with units", async () => {
    await renderHealth(health());
    expect(screen.getByRole("region", { name: "Deadlines" }).textContent).toContain(
      "Evaluation is behind by400 ms",
    );
    expect(screen.getByRole("region", { name: "Deadlines" }).textContent).toContain(
      "off: SELF_HEARTBEAT_URL is not set",
    );
    expect(screen.getByRole("region", { name: "Deliveries" }).textContent).toContain(
      "Oldest due delivery waits5 s",
    );
  });

  test("shows how long the self-test's alerts took, and a dash where there was none", async () => {
    await renderHealth(health());
    expect(tableRows("Self-test")).toEqual([
      ["the last hour", "12", "340 ms", "1 s", "2 s"],
      ["the last day", "0", "–", "–", "–"],
    ]);
  });

  test("shows which process does not respond", async () => {
    await renderHealth(health());
    expect(tableRows("Processes").map(([kind, state, , ...rest]) => [kind, state, ...rest])).toEqual([
      ["Checker", "Running", "just now", "–", "c0ffee00"],
      ["Receiver", "Not responding", "never", "2.1 MB of pings, since just now", "deadbeef"],
    ]);
  });
});

test("the page of the instance shows others why they cannot see it", async () => {
  fakeApi({
    ...appApi(),
    "GET /v1/operator": () => problem(403, { detail: "Only operators may see this." }),
  });
  await renderApp("/operator");
  expect((await screen.findByRole("alert")).textContent).toContain("Only operators may see this.");
});
