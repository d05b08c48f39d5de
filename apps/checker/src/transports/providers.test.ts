import { channelKinds, composeAlert, openChannel } from "@overdue/channels";
import type { AlertFacts } from "@overdue/core";
import { providerNames, startFakeProviders, type FakeProviders, type ProviderName } from "@overdue/testkit";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";

import { openEgress, type Egress } from "../egress/egress.ts";
import { openMailer } from "./mail.ts";
import { openTransports, type Transports } from "./transports.ts";

const NAME = '</b> <!channel> @everyone [x](https://evil.example) ```\n"';
const facts: AlertFacts = {
  deliveryId: "0199a1b2-0000-7000-8000-00000000a1b2",
  kind: "down",
  project: { id: "p", name: NAME.repeat(20) },
  channel: { id: "c", name: "team" },
  check: {
    id: "k",
    pingUuid: "u",
    name: NAME.repeat(20),
    slug: "x",
    tags: [],
    timezone: null,
    graceSeconds: 60,
  },
  flip: { at: Date.parse("2026-11-20T01:40:00Z"), reason: "failed" },
  incident: {
    id: "0199a1b2-0000-7000-8000-0000000000dd",
    reason: "failed",
    openedAt: Date.parse("2026-11-20T01:40:00Z"),
    evidence: {
      expectedAt: null,
      deadlineAt: null,
      lastHeardAt: null,
      exitStatus: 137,
      runId: null,
      pingNumber: null,
      durationMs: null,
      limitMs: null,
    },
  },
  lastPing: {
    at: Date.parse("2026-11-20T01:40:00Z"),
    kind: "fail",
    exitStatus: 137,
    output: "☃`<>&".repeat(2_000),
  },
  payload: null,
  writtenAt: Date.parse("2026-11-20T01:40:00Z"),
  includesDown: false,
  uncertain: false,
};
const down = composeAlert(facts, "https://overdue.example.org");
const up = composeAlert({ ...facts, kind: "up" }, "https://overdue.example.org");
/** Kinds with servers of their own kind in transports.test.ts and web-push.test.ts, and one that only names others. */
const ELSEWHERE = ["email", "telegram", "slack", "webhook", "web-push", "group"];

let providers: FakeProviders;
let egress: Egress;
let transports: Transports;
beforeAll(async () => {
  providers = await startFakeProviders();
  egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs: 300 });
  transports = openTransports({
    egress,
    mailer: openMailer({
      smtpUrl: null,
      from: "x@example.org",
      stopLink: () => "https://overdue.example.org/unsubscribe?channel=c",
    }),
    operator: { publicUrl: "", telegramApiRoot: "", telegramBotToken: null, slackApiUrl: "" },
    encryptPush: () => Promise.reject(new Error("No browser is a channel here.")),
    passOn: () => Promise.resolve({ members: 0, written: 0 }),
  });
});
afterEach(() => {
  for (const kind of providerNames) providers.clearNext(kind);
});
afterAll(async () => {
  await egress.close();
  await providers.close();
});

/** Whose limit does not say how long it lasts. */
const NAMES_NO_TIME: ProviderName[] = ["ntfy"];

const send = (kind: ProviderName, message = down) =>
  transports.send(openChannel(kind, providers.settingsOf(kind)), message);

test("every kind of channel has a server that speaks its language", () => {
  expect([...providerNames, ...ELSEWHERE].toSorted()).toEqual(Object.keys(channelKinds).toSorted());
});

describe.each(providerNames)("%s", (kind) => {
  test("takes a hostile down and its up by its own rules, at the first attempt", async () => {
    const before = providers.received.length;
    expect(await send(kind)).toMatchObject({ outcome: "sent" });
    expect(await send(kind, up)).toMatchObject({ outcome: "sent" });
    const took = providers.received.slice(before);
    expect(took).toHaveLength(kind === "call" ? 1 : 2);
  });

  test("is given the time that it asks for", async () => {
    providers.next(kind, providers.limit(kind, 30));
    const result = await send(kind);
    expect(result).toMatchObject({ outcome: "throttled" });
    const wait = "retryAfterMs" in result ? result.retryAfterMs : null;
    // To ten seconds, since some count from the second that has begun.
    const seconds = wait === null ? null : Math.round(wait / 10_000) * 10;
    expect(seconds).toBe(NAMES_NO_TIME.includes(kind) ? null : 30);
  });

  test("is given up where its target is gone, in words that name what to do", async () => {
    providers.next(kind, providers.gone(kind));
    expect(await send(kind)).toMatchObject({
      outcome: "permanent",
      because: expect.stringMatching(/^[A-Z][^{]+[.:] ?.*\(Status 4\d\d/),
    });
  });

  test.each([500, 502, 503])("is tried again after %i", async (status) => {
    providers.next(kind, { status, body: "<html>oops</html>" });
    expect(await send(kind)).toMatchObject({ outcome: "transient", uncertain: false });
  });

  test.each(["hang", "drop"] as const)("is tried again after a %s, and may repeat", async (fault) => {
    providers.next(kind, fault);
    expect(await send(kind)).toMatchObject({ outcome: "transient", uncertain: true });
  });

  test("is not believed where its answer is none of its own", async () => {
    const page = { status: 200, body: "<html>Please sign in to this network</html>" };
    providers.next(kind, page, page);
    expect(await send(kind)).toMatchObject({ outcome: "transient" });
  });

  test.each([400, 401, 403, 404, 405, 410, 501])(
    "is not given up for a proxy's own page with %i, nor for a gateway's JSON",
    async (status) => {
      const page = { status, body: `<html><h1>${status}</h1>nginx</html>` };
      const gateway = { status, body: '{"message":"no Route matched with those values"}' };
      for (const answer of [page, gateway]) {
        providers.clearNext(kind);
        providers.next(kind, answer, answer);
        expect(await send(kind)).toMatchObject({ outcome: "transient", uncertain: false });
      }
    },
  );

  test("waits for as long as a proxy asks whose server is away", async () => {
    providers.next(kind, { status: 503, headers: { "retry-after": "20" } });
    expect(await send(kind)).toMatchObject({ outcome: "transient", notBeforeMs: 20_000 });
  });
});

describe("what real servers were seen to say", () => {
  test.each<[ProviderName, string, string]>([
    ["ntfy", "wrong token", "permanent"],
    ["ntfy", "protected topic", "permanent"],
    ["ntfy", "message too long", "transient"],
    ["ntfy", "body too large", "transient"],
    ["ntfy", "too many actions", "transient"],
    ["ntfy", "too many requests", "throttled"],
    ["ntfy", "daily quota", "throttled"],
    ["gotify", "wrong token", "permanent"],
    ["gotify", "client's token", "permanent"],
    ["gotify", "unknown path", "permanent"],
    ["matrix", "unknown path", "transient"],
    ["matrix", "unknown room", "permanent"],
    ["matrix", "wrong token", "permanent"],
    ["matrix", "no body", "transient"],
    ["matrix", "too large", "transient"],
    ["mattermost", "removed hook", "permanent"],
    ["mattermost", "removed hook, before version 10", "permanent"],
    ["mattermost", "locked channel", "permanent"],
    ["mattermost", "channel gone", "permanent"],
    ["mattermost", "too large", "transient"],
    ["mattermost", "hooks switched off", "permanent"],
    ["rocket-chat", "switched off hook", "transient"],
    ["zulip", "some fault of the request", "transient"],
    ["zulip", "not allowed", "permanent"],
  ])("%s: %s is %s", async (kind, name, outcome) => {
    // Twice, since a disliked text is sent once more in its simplest form.
    const answer = providers.otherAnswer(kind, name);
    providers.next(kind, answer, answer);
    expect(await send(kind)).toMatchObject({ outcome });
  });

  test("the daily quota of ntfy is asked for again in an hour, since each try counts", async () => {
    providers.next("ntfy", providers.otherAnswer("ntfy", "daily quota"));
    expect(await send("ntfy")).toMatchObject({ retryAfterMs: 3_600_000 });
  });

  test("a message that ntfy finds too long goes without its buttons", async () => {
    providers.next("ntfy", providers.otherAnswer("ntfy", "message too long"));
    const before = providers.received.length;
    expect(await send("ntfy")).toMatchObject({ outcome: "sent" });
    expect(JSON.parse(providers.received[before]?.request.body ?? "{}")).not.toHaveProperty("actions");
  });

  test("a message that Mattermost dislikes goes as plain text, and its hook is not given up", async () => {
    providers.next("mattermost", providers.otherAnswer("mattermost", "removed hook"));
    expect(await send("mattermost")).toMatchObject({ outcome: "sent" });
  });
});
