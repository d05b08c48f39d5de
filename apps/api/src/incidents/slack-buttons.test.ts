import { createHmac } from "node:crypto";

import { createChannel, takeSlackAnswer } from "@overdue/db";
import { afterEach, expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";
import type { IncidentDetail } from "./incidents.ts";

const SECRET = "s3cret";
const RESPONSE_URL = "https://hooks.slack.com/actions/T0/1/abc";
const api = await testApi({ slack: { clientId: "123.456", signingSecret: SECRET } });

afterEach(async () => {
  while ((await takeSlackAnswer(api.db, api.deps.keyring)) !== null);
});

test("a press acknowledges by the name that Slack knows, and the message loses its buttons", async () => {
  const { incidentId, incident } = await alertedCheck();
  const answer = await press({ action: "acknowledge", incidentId });
  expect([answer.status, await answer.text()]).toEqual([200, ""]);
  expect(await incident()).toMatchObject({ acknowledgedBy: "anna (Slack)" });
  expect(await takeAnswer()).toEqual({
    id: expect.any(String),
    url: RESPONSE_URL,
    body: {
      replace_original: true,
      text: "nightly backup is down\n✔ Acknowledged by anna (Slack).",
      blocks: [
        { type: "section" },
        {
          type: "context",
          elements: [{ type: "plain_text", text: "✔ Acknowledged by anna (Slack).", emoji: false }],
        },
      ],
    },
  });
});

test("the second who acknowledges reads who was first", async () => {
  const { incidentId } = await alertedCheck();
  await press({ action: "acknowledge", incidentId });
  await takeAnswer();
  await press({ action: "acknowledge", incidentId, user: "bert" });
  expect((await takeAnswer())?.body["text"]).toContain("Acknowledged already by anna (Slack).");
});

test("a press snoozes, once, however often the same is sent", async () => {
  const { incidentId, incident } = await alertedCheck();
  const request = signRequest(payload({ action: "snooze-recovery", incidentId }));
  for (let time = 0; time < 3; time++) expect((await send(request)).status).toBe(200);
  expect(await incident()).toMatchObject({ snoozedUntil: "recovery", entries: 1 });
});

test("a place that the project does not alert has no say", async () => {
  const { incidentId, incident } = await alertedCheck();
  for (const place of [{ channel: "C0999" }, { team: "T0999" }]) {
    await press({ action: "acknowledge", incidentId, ...place });
    expect(await takeAnswer()).toMatchObject({ body: { response_type: "ephemeral" } });
  }
  expect(await incident()).toMatchObject({ acknowledgedAt: null });
});

test("what Slack did not sign, or not lately, is nothing", async () => {
  const { incidentId, incident } = await alertedCheck();
  const body = payload({ action: "acknowledge", incidentId });
  const good = signRequest(body);
  const old = signRequest(body, { at: api.deps.now() - 301_000 });
  const forged = signRequest(body, { secret: "another" });
  const changed = { ...good, body: `${body}&x=1` };
  for (const request of [old, forged, changed, { ...good, headers: {} }]) {
    expect((await send(request)).status).toBe(401);
  }
  expect(await incident()).toMatchObject({ acknowledgedAt: null });
});

test("what asks nothing of us is taken", async () => {
  const { incidentId } = await alertedCheck();
  for (const body of [
    "payload=%7B%7D",
    "",
    payload({ action: "open", incidentId }),
    payload({ action: "acknowledge", incidentId: "no uuid" }),
  ]) {
    expect((await send(signRequest(body))).status).toBe(200);
  }
  expect(await takeAnswer()).toBeNull();
});

/** A check that is down, and a place in Slack that its project alerts. */
async function alertedCheck() {
  const someone = await person(api);
  await createChannel(api.db, api.deps.keyring, {
    projectId: someone.projectId,
    kind: "slack",
    name: "#ops",
    settings: { token: "xoxb-1", channel: "C0123", team: "T0123", place: "#ops, Acme" },
    hint: "#ops, Acme",
    checkIds: [],
  });
  const schedule = { kind: "interval", everySeconds: 3_600 };
  const check = await read<{ pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, { name: "nightly backup", schedule }),
  );
  await api.app.request(`${new URL(check.pingUrl).pathname}/fail`);
  const { items } = await read<{ items: { id: string }[] }>(
    await someone.as("GET", `${someone.path}/incidents`),
  );
  const incidentId = items[0]?.id ?? "";
  const incident = async () =>
    await read<IncidentDetail>(await someone.as("GET", `${someone.path}/incidents/${incidentId}`));
  return { incidentId, incident };
}

type Press = { action: string; incidentId: string; channel?: string; team?: string; user?: string };

function payload({ action, incidentId, channel = "C0123", team = "T0123", user = "anna" }: Press): string {
  const json = {
    type: "block_actions",
    team: { id: team, domain: "acme" },
    channel: { id: channel, name: "ops" },
    user: { id: "U1", username: user, name: user },
    message: {
      ts: "1.2",
      text: "nightly backup is down",
      blocks: [{ type: "section" }, { type: "actions", block_id: "overdue-acts", elements: [] }],
    },
    response_url: RESPONSE_URL,
    actions: [{ action_id: action, block_id: "overdue-acts", value: incidentId, type: "button" }],
  };
  return new URLSearchParams({ payload: JSON.stringify(json) }).toString();
}

function signRequest(body: string, { at = api.deps.now(), secret = SECRET } = {}) {
  const timestamp = String(Math.floor(at / 1_000));
  const signature = createHmac("sha256", secret).update(`v0:${timestamp}:${body}`).digest("hex");
  const headers: Record<string, string> = {
    "content-type": "application/x-www-form-urlencoded",
    "x-slack-request-timestamp": timestamp,
    "x-slack-signature": `v0=${signature}`,
  };
  return { body, headers };
}

function send({ body, headers }: { body: string; headers: Record<string, string> }) {
  return api.app.request("/slack/interactivity", { method: "POST", headers, body });
}

function press(given: Press) {
  return send(signRequest(payload(given)));
}

/** What a checker is to show in Slack. */
function takeAnswer() {
  return takeSlackAnswer(api.db, api.deps.keyring);
}
