import { actionLink, type IncidentAct, keyringOf } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";
import type { IncidentDetail } from "./incidents.ts";

const api = await testApi();
const DAY = 86_400_000;

/** A check that is down, with the links that its alert carried. */
async function alertedCheck({ name = "nightly backup" } = {}) {
  const someone = await person(api);
  const email = { kind: "email", name: "mail to ops", settings: { to: "ops@example.org" } };
  const channel = await read<{ id: string }>(await someone.as("POST", `${someone.path}/channels`, email));
  const check = await read<{ id: string; pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, {
      name,
      schedule: { kind: "interval", everySeconds: 3_600 },
    }),
  );
  await api.app.request(`${new URL(check.pingUrl).pathname}/fail`);
  const { items } = await read<{ items: { id: string }[] }>(
    await someone.as("GET", `${someone.path}/incidents`),
  );
  const incidentId = items[0]?.id ?? "";
  const link = (
    act: IncidentAct = "acknowledge",
    { now = api.deps.now(), keyring = api.deps.keyring } = {},
  ) => {
    const url = actionLink(keyring, {
      publicUrl: "https://o.test",
      incidentId,
      act,
      channelId: channel.id,
      now,
    });
    return url.slice("https://o.test".length);
  };
  const incident = async () =>
    await read<IncidentDetail>(await someone.as("GET", `${someone.path}/incidents/${incidentId}`));
  const recover = () => api.app.request(new URL(check.pingUrl).pathname);
  return { ...someone, channel, link, incident, recover };
}

async function open(url: string, method = "GET") {
  const response = await api.app.request(url, { method });
  return { status: response.status, headers: response.headers, text: await response.text() };
}

test.each(["GET", "HEAD"])("a chat's preview by %s neither acts nor uses the link up", async (method) => {
  const { link, incident } = await alertedCheck();
  const headers = { "user-agent": "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)" };
  for (let look = 0; look < 3; look++) {
    expect((await api.app.request(link(), { method, headers })).status).toBe(200);
  }
  expect(await incident()).toMatchObject({ acknowledgedAt: null, entries: 0 });
  expect((await open(link(), "POST")).text).toContain("Acknowledged: nightly backup");
});

test("a link from an e-mail asks, acts when asked to, and says the second time that it is done already", async () => {
  const { link, incident } = await alertedCheck();
  const asking = await open(link());
  expect(asking.status).toBe(200);
  expect(asking.text).toContain("Acknowledge: nightly backup");
  expect(asking.text).toContain("Opening this page has changed nothing yet.");
  expect(asking.text).toContain('<form method="post">');
  expect(await incident()).toMatchObject({ acknowledgedAt: null, entries: 0 });

  const done = await open(link(), "POST");
  expect(done.text).toContain("Acknowledged: nightly backup");
  expect(await incident()).toMatchObject({ acknowledgedBy: "a link in mail to ops", entries: 1 });

  for (const method of ["GET", "POST"]) {
    const again = await open(link(), method);
    expect(again.text).toContain("a link in mail to ops acknowledged this incident already");
    expect(again.text).not.toContain("<form");
  }
  expect((await incident()).entries).toBe(1);
});

test("a scanner that opens every link, ten times and with HEAD, changes nothing", async () => {
  const { link, incident } = await alertedCheck();
  for (const act of ["acknowledge", "snooze-2h", "snooze-recovery"] as const) {
    for (let count = 0; count < 10; count += 1) await open(link(act));
    await open(link(act), "HEAD");
  }
  expect(await incident()).toMatchObject({ acknowledgedAt: null, snoozedUntil: null, entries: 0 });
});

test.each<[IncidentAct, string]>([
  ["snooze-30m", "Snoozed for 30 minutes"],
  ["snooze-2h", "Snoozed for 2 hours"],
  ["snooze-tomorrow", "Snoozed until tomorrow 9:00"],
  ["snooze-recovery", "Snoozed until it recovers"],
])("the link %s snoozes", async (act, said) => {
  const { link, incident } = await alertedCheck();
  expect((await open(link(act), "POST")).text).toContain(said);
  expect((await incident()).snoozedUntil).not.toBeNull();
});

test("after the recovery a link says so and does nothing", async () => {
  const { link, incident, recover } = await alertedCheck();
  await recover();
  for (const method of ["GET", "POST"])
    expect((await open(link(), method)).text).toContain("nightly backup is up again");
  expect((await incident()).entries).toBe(0);
});

test("a link is good for a week", async () => {
  const { link, incident } = await alertedCheck();
  expect((await open(link("acknowledge", { now: api.deps.now() - 6 * DAY }))).status).toBe(200);
  const old = await open(link("acknowledge", { now: api.deps.now() - 8 * DAY }), "POST");
  expect(old.status).toBe(410);
  expect(old.text).toContain("This link has expired");
  expect((await incident()).acknowledgedAt).toBeNull();
});

test.each([
  ["another act", (url: string) => url.replace("act=acknowledge", "act=snooze-recovery")],
  ["a later expiry", (url: string) => url.replace(/expires=(\d+)/, "expires=9$1")],
  ["another incident", (url: string) => url.replace(/incident=[^&]{8}/, "incident=01900000")],
  ["no signature", (url: string) => url.replace(/signature=[^&]+/, "")],
  ["a cut signature", (url: string) => url.slice(0, -4)],
  ["an unknown key", (url: string) => url.replace(/key=[^&]+/, "key=00000000")],
  ["an act nobody knows", (url: string) => url.replace("act=acknowledge", "act=delete")],
])("a link with %s does not work", async (_, change) => {
  const { link, incident } = await alertedCheck();
  const refused = await open(change(link()), "POST");
  expect(refused.status).toBe(404);
  expect(refused.text).toContain("This link does not work");
  expect(await incident()).toMatchObject({ acknowledgedAt: null, snoozedUntil: null });
});

test("a link that somebody signed with a secret of theirs does not work", async () => {
  const { link } = await alertedCheck();
  expect((await open(link("acknowledge", { keyring: keyringOf(["x".repeat(32)]) }), "POST")).status).toBe(
    404,
  );
});

test("the links that a channel was sent are dead once it is deleted", async () => {
  const { as, path, channel, link, incident } = await alertedCheck();
  await as("DELETE", `${path}/channels/${channel.id}`);
  expect((await open(link(), "POST")).status).toBe(404);
  expect((await incident()).acknowledgedAt).toBeNull();
});

test("what a person typed is escaped, and the page may load nothing but its own style", async () => {
  const { link } = await alertedCheck({ name: `<script>alert(1)</script>` });
  const { text, headers } = await open(link());
  expect(text).not.toContain("<script>");
  expect(text).toContain("&lt;script&gt;");
  const policy = headers.get("content-security-policy") ?? "";
  expect(policy).toContain("default-src 'none'");
  expect(policy).toContain("form-action 'self'");
  expect(text).toContain(`<style nonce="${/nonce-([^']+)/.exec(policy)?.[1]}">`);
  expect(headers.get("cache-control")).toBe("no-store");
});

test.each<IncidentAct>(["snooze-2h", "snooze-recovery"])(
  "a link that did its work (%s) does nothing a second time, and says when it did",
  async (act) => {
    const { link, incident, as, path } = await alertedCheck();
    const now = api.deps.now();
    await open(link(act, { now }), "POST");
    const { id, snoozedUntil } = (await incident()) as IncidentDetail & { id: string };
    expect(snoozedUntil).not.toBeNull();
    for (const method of ["GET", "POST"]) {
      const again = await open(link(act, { now }), method);
      expect(again.text).toContain("This link was used already");
      expect(again.text).not.toContain("<form");
    }
    expect(await incident()).toMatchObject({ snoozedUntil, entries: 1 });
    expect((await open(link(act, { now: now + 1_000 }), "POST")).text).toContain("Snoozed");
    const { items } = await read<{ items: object[] }>(await as("GET", `${path}/audit?objectId=${id}`));
    expect(items).toHaveLength(2);
    expect(items[0]).toMatchObject({
      action: "incident.snooze",
      actor: { kind: "link", name: "a link in mail to ops" },
      address: expect.stringMatching(/^10\./),
      object: { name: "nightly backup" },
    });
  },
);
