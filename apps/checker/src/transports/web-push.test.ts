import { createECDH } from "node:crypto";

import { composeAlert, openChannel, parseSettings } from "@overdue/channels";
import type { AlertFacts } from "@overdue/core";
import { keyringOf, openDb } from "@overdue/db";
import {
  decryptPush,
  sceneKeyring,
  startPushService,
  testCertificates,
  testDatabase,
} from "@overdue/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { type Egress, openEgress } from "../egress/egress.ts";
import { openMailer } from "./mail.ts";
import { openTransports, type Transports } from "./transports.ts";
import { openPushEncryption, pushContact } from "./web-push.ts";

const PUBLIC_URL = "https://overdue.example.org";
const INCIDENT = "0199a1b2-0000-7000-8000-0000000000dd";
const at = Date.parse("2026-11-20T01:40:00Z");
const facts: AlertFacts = {
  deliveryId: "0199a1b2-0000-7000-8000-00000000a1b2",
  kind: "down",
  project: { id: "p", name: "Ops" },
  channel: { id: "c", name: "phone" },
  check: {
    id: "k",
    pingUuid: "u",
    name: "nightly backup",
    slug: "b",
    tags: [],
    timezone: null,
    graceSeconds: 60,
  },
  flip: { at, reason: "failed" },
  incident: {
    id: INCIDENT,
    reason: "failed",
    openedAt: at,
    evidence: {
      expectedAt: null,
      deadlineAt: null,
      lastHeardAt: null,
      exitStatus: 1,
      runId: null,
      pingNumber: null,
      durationMs: null,
      limitMs: null,
    },
  },
  lastPing: { at, kind: "fail", exitStatus: 1, output: "☃`<>&".repeat(2_000) },
  payload: null,
  writtenAt: at,
  includesDown: false,
  uncertain: false,
};
const acknowledge = { act: "acknowledge", label: "Acknowledge", url: `${PUBLIC_URL}/act?id=1&signature=s` };
const down = composeAlert(facts, PUBLIC_URL, [acknowledge]);
const up = composeAlert({ ...facts, kind: "up" }, PUBLIC_URL);

let service: Awaited<ReturnType<typeof startPushService>>;
let egress: Egress;
let transports: Transports;
let database: Awaited<ReturnType<typeof testDatabase>>;

beforeAll(async () => {
  database = await testDatabase();
  service = await startPushService();
  egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 2_000, ca: testCertificates.authority });
  transports = transportsWith(sceneKeyring);
});
afterAll(async () => {
  await egress.close();
  await service.close();
  await database.drop();
});

function transportsWith(keyring: typeof sceneKeyring) {
  return openTransports({
    egress,
    mailer: openMailer({ smtpUrl: null, from: "x@example.org", stopLink: () => PUBLIC_URL }),
    operator: { publicUrl: PUBLIC_URL, telegramApiRoot: "", telegramBotToken: null, slackApiUrl: "" },
    encryptPush: openPushEncryption({ db: openDb(database.pool), keyring, contact: PUBLIC_URL }),
    passOn: () => Promise.resolve({ members: 0, written: 0 }),
  });
}

const settings = () => ({
  endpoint: service.endpoint,
  p256dh: service.p256dh,
  auth: service.auth,
  device: "Chrome on Android",
});
const send = (message = down, through = transports) =>
  through.send(openChannel("web-push", settings()), message);
const newest = () => service.received.at(-1);

test("the example of RFC 8291 is read by the browser of these tests", () => {
  const keys = createECDH("prime256v1");
  keys.setPrivateKey(Buffer.from("q1dXpw3UpT5VOmu_cf_v6ih07Aems3njxI-JWgLcM94", "base64url"));
  const message =
    "DGv6ra1nlYgDCS1FRnbzlwAAEABBBP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIgDll6e3vCYLocInmYWAmS6TlzAC8wEqKK6PBru3jl7A_yl95bQpu6cVPTpK4Mqgkf1CXztLVBSt2Ks3oZwbuwXPXLWyouBWLVWGNWQexSgSxsj_Qulcy4a-fN";
  const auth = Buffer.from("BTBZMqHH6r4Tts7J_aSIgg", "base64url");
  expect(decryptPush(Buffer.from(message, "base64url"), { keys, auth })).toBe(
    "When I grow up, I want to be a watermelon",
  );
});

describe("what a browser receives", () => {
  test("it can decrypt, with the incident's page and a way to acknowledge", async () => {
    expect(await send()).toMatchObject({ outcome: "sent" });
    const shown = JSON.parse(newest()?.text ?? "");
    expect(shown).toMatchObject({
      title: "nightly backup is down: failed",
      link: down.link,
      action: { label: "Acknowledge", url: acknowledge.url },
    });
    expect(shown.body).toContain("☃");
    expect(Buffer.byteLength(newest()?.text ?? "")).toBeLessThan(3_900);
  });

  test("a recovery has the topic and the tag of its alert, so that it replaces it", async () => {
    await send(down);
    const alert = newest();
    await send(up);
    const recovery = newest();
    expect(alert?.headers["topic"]).toBe(INCIDENT.replaceAll("-", ""));
    expect(recovery?.headers["topic"]).toBe(alert?.headers["topic"]);
    expect(JSON.parse(recovery?.text ?? "").tag).toBe(JSON.parse(alert?.text ?? "").tag);
  });

  test("an alert is urgent, and a recovery is not", async () => {
    await send(down);
    expect(newest()?.headers).toMatchObject({
      urgency: "high",
      ttl: "86400",
      "content-encoding": "aes128gcm",
    });
    await send(up);
    expect(newest()?.headers).toMatchObject({ urgency: "normal", ttl: "86400" });
  });

  test("an alert of a check that is for information alone is not urgent, and waits for four hours", async () => {
    const check = facts.check && { ...facts.check, severity: "info" as const };
    await send(composeAlert({ ...facts, check }, PUBLIC_URL));
    expect(newest()?.headers).toMatchObject({ urgency: "normal", ttl: "14400" });
  });

  test("the token names the push service, the instance and an end within a day", async () => {
    await send();
    const { aud, sub, exp } = newest()?.token ?? {};
    expect(aud).toBe(new URL(service.endpoint).origin);
    expect(sub).toBe(PUBLIC_URL);
    expect(Number(exp) - Date.now() / 1_000).toBeLessThan(86_400);
  });

  test("all processes of an instance sign with the same keys", async () => {
    const [one, other] = [transportsWith(sceneKeyring), transportsWith(sceneKeyring)];
    await Promise.all([send(down, one), send(down, other)]);
    const keys = service.received.slice(-2).map(({ headers }) => headers.authorization?.split("k=")[1]);
    expect(keys[0]).toBe(keys[1]);
  });
});

describe("what push services refuse", () => {
  test.each([
    [404, '{"code":404,"errno":102}', "permanent", /takes no notifications any more/],
    [410, '{"code":410,"errno":106}', "permanent", /Open Overdue on that device/],
    [
      403,
      "the VAPID credentials in the authorization header do not correspond to the credentials",
      "permanent",
      /other keys/,
    ],
    [401, '{"code":401,"errno":109,"error":"Unauthorized"}', "permanent", /other keys/],
    [400, "UnauthorizedRegistration", "permanent", /other keys/],
    [403, '{"reason":"VapidPkHashMismatch"}', "permanent", /other keys/],
    [403, '{"reason":"BadJwtToken"}', "operator", /PUBLIC_URL/],
    [400, '{"code":400,"errno":113}', "transient", /Status 400/],
    [500, "", "transient", /Status 500/],
    [503, '{"errno":201}', "transient", /Status 503/],
  ])("%i %s is %s", async (status, body, outcome, because) => {
    service.answerNext({ status, body });
    expect(await send()).toMatchObject({ outcome, because: expect.stringMatching(because) });
  });

  test.each([429, 406])("%i waits as long as it says", async (status) => {
    service.answerNext({ status, headers: { "retry-after": "30" } });
    expect(await send()).toMatchObject({ outcome: "throttled", retryAfterMs: 30_000 });
  });

  test("where it is too large, a shorter one follows at once", async () => {
    service.answerNext({ status: 413 });
    expect(await send()).toMatchObject({ outcome: "sent" });
    expect(JSON.parse(newest()?.text ?? "").body.length).toBeLessThan(310);
  });
});

test("where SECRET_KEY was changed, the operator is asked, and nothing is sent", async () => {
  await send();
  const before = service.received.length;
  const result = await send(down, transportsWith(keyringOf(["another secret of at least 32 characters"])));
  expect(result).toMatchObject({ outcome: "operator", because: expect.stringContaining("SECRET_KEY") });
  expect(service.received.length).toBe(before);
});

test("a private address is not called, and http is not taken", async () => {
  const guarded = openEgress({ allowedNetworks: [], ca: testCertificates.authority });
  const sent = await guarded.send({
    method: "POST",
    url: service.endpoint,
    headers: {},
    body: "{}",
    trusted: false,
    onlyHosts: null,
    signed: null,
  });
  await guarded.close();
  expect(sent).toMatchObject({ failed: expect.stringContaining("private") });
  expect(parseSettings("web-push", { ...settings(), endpoint: "http://push.example.org/" })).toMatchObject({
    ok: false,
    problems: [{ field: "endpoint", message: "The address must begin with https://." }],
  });
});

test("the contact is the https address, else the address that mails come from", () => {
  expect(pushContact({ publicUrl: "https://overdue.example.org/x", mailFrom: "a@b.org" })).toBe(PUBLIC_URL);
  expect(pushContact({ publicUrl: "http://127.0.0.1:8000", mailFrom: "Overdue <a@b.org>" })).toBe(
    "mailto:a@b.org",
  );
});
