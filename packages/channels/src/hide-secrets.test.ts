import { describe, expect, test } from "vitest";

import { everyMessage } from "./testing/every-alert.ts";
import { composeAlert } from "./message/compose.ts";
import { hideSecrets } from "./hide-secrets.ts";
import { sanitise } from "./message/text.ts";
import { downActions, downFacts, PUBLIC_URL } from "./testing/alert-samples.ts";
import { channelKinds, isKindName, openChannel, parseSettings, type KindName } from "./registry.ts";
import { sampleSettings } from "./testing/channel-settings.ts";

const SECRET = "s3cret-topic-nobody-guesses";
/** Settings whose secrets occur in no other text, for kinds whose sample settings have ordinary words as secrets. */
const UNMISTAKABLE: Partial<Record<KindName, Record<string, unknown>>> = {
  ntfy: { topic: SECRET, token: "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2" },
  mattermost: { url: "https://mattermost.example.org/hooks/kj3h4k5jh6k7jh8k9jh1k2jh3k" },
  matrix: { ...sampleSettings.matrix, token: "syt_YW5uYQ_abcdefghijklmnop_0a1b2c" },
  zulip: { ...sampleSettings.zulip, key: "Qx7Lw0pZkTn2vRr9" },
  gotify: { ...sampleSettings.gotify, token: "gtfya.AbCdEfGhIjKlMnOpQrStUvWxYz0123456789abcdefg" },
  teams: {
    url: "https://prod-01.westeurope.logic.azure.com/workflows/0a1b2c3d4e5f/triggers/manual/paths/invoke?sig=Zk9-x_Q%2Fy%3D1",
  },
  webhook: {
    url: "https://example.org/hook/7d1f-b5c0?pass=o%20pen",
    headers: { Authorization: "Bearer eyJhbGciOi.JIUzI1NiJ9", "Content-Type": "application/json" },
  },
};
const settingsOf = (kind: KindName) => UNMISTAKABLE[kind] ?? sampleSettings[kind];
const operator = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "https://api.telegram.org",
  telegramBotToken: null,
  slackApiUrl: "https://slack.com/api",
};
const HTTP_KINDS = Object.keys(channelKinds)
  .filter(isKindName)
  .filter((kind) => openChannel(kind, sampleSettings[kind]).via === "http");

/** How a server may write what it was sent. */
const ECHOES: [string, (text: string) => string][] = [
  ["as it is", (text) => text],
  ["in JSON", (text) => JSON.stringify({ error: text })],
  ["in JSON with escaped slashes", (text) => JSON.stringify({ error: text }).replaceAll("/", "\\/")],
  ["in HTML", (text) => `<pre>${text.replaceAll("&", "&amp;").replaceAll("<", "&lt;")}</pre>`],
  ["as an address writes it", (text) => encodeURIComponent(text)],
  ["decoded", (text) => text.replaceAll(/%[0-9A-F]{2}/gi, (code) => decodeURIComponent(code))],
  ["in base64", (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)))],
  ["in capitals", (text) => text.toUpperCase()],
];

describe.each(HTTP_KINDS)("%s, by a server that repeats what it is sent", (kind) => {
  const channel = openChannel(kind, settingsOf(kind));
  if (channel.via !== "http") throw new Error("It is sent by HTTP.");
  const sent = channel.request(composeAlert(downFacts, PUBLIC_URL, downActions), "rich", operator);
  if (!("url" in sent)) throw new Error("A down is always sent.");
  const { pathname, search } = new URL(sent.url);
  const parts = [pathname + search, ...Object.values(sent.headers), sent.body.slice(0, 200)];

  test.each(ECHOES)("shows nothing secret, %s", (_, write) => {
    for (const part of parts) {
      for (const status of [200, 400, 403, 404, 500]) {
        const answer = channel.read({ status, headers: {}, body: write(part), receivedAt: 0 });
        const shown = "because" in answer ? answer.because : "";
        for (const secret of secretParts(kind)) expect(leak(shown, secret)).toBe("");
      }
    }
  });
});

/** The secret parts of the settings, decoded: long ones with a digit, which occur in no other text. */
function secretParts(kind: KindName): string[] {
  const secret = channelKinds[kind].fields.filter((field) => field.secret).map(({ name }) => name);
  return Object.entries(settingsOf(kind)).flatMap(([name, value]) => {
    if (!secret.includes(name)) return [];
    if (typeof value !== "string") return ["eyJhbGciOi.JIUzI1NiJ9"];
    if (!value.startsWith("https://")) return [value];
    const { pathname, searchParams } = new URL(value);
    const shown = [channelKinds[kind].parse(settingsOf(kind))]
      .map((parsed) => (parsed.ok ? parsed.hint : ""))
      .join();
    return [...pathname.split("/"), ...searchParams.values()].filter(
      (part) => part.length >= 8 && /\d/.test(part) && !shown.includes(part),
    );
  });
}

/** The longest part of eight characters or more that can be read, also from base64. */
function leak(shown: string, secret: string): string {
  const texts = [shown, decodedBase64(shown)].map((text) => text.toLowerCase());
  const small = secret.toLowerCase();
  for (let length = small.length; length >= Math.min(8, small.length); length -= 1)
    for (let at = 0; at + length <= small.length; at += 1)
      if (texts.some((text) => text.includes(small.slice(at, at + length))))
        return small.slice(at, at + length);
  return "";
}

function decodedBase64(text: string): string {
  try {
    return atob(text.replaceAll(/[^A-Za-z0-9+/]/g, ""));
  } catch {
    return "";
  }
}

test.each([
  ["the topic of ntfy", "ntfy", `{"code":40301,"topic":"${SECRET}"}`, '{"code":40301,"topic":"[hidden]"}'],
  [
    "the id of a Mattermost hook",
    "mattermost",
    "no hook kj3h4k5jh6k7jh8k9jh1k2jh3k here",
    "no hook [hidden] here",
  ],
  ["a part of a hook's id", "mattermost", "no hook kj3h4k5jh6… here", "no hook [hidden]… here"],
] as const)("%s is hidden", (_, kind, body, shown) => expect(shownAnswer(kind, body)).toContain(shown));

test.each([
  ["a room of Matrix", "matrix", "not in room !pByJqXwLmNvRtYuIoPaSdFgHjKlZxCvBnM1Ge3Y"],
  ["the id of a request", "webhook", "request 0199a1b2-0000-7000-8000-00000000a1b2 failed"],
  ["the value of an ordinary header", "webhook", "the hook of application/json failed"],
] as const)("%s is not hidden", (_, kind, body) => expect(shownAnswer(kind, body)).toContain(body));

/** What is shown of an answer with this body. */
function shownAnswer(kind: KindName, body: string): string {
  const channel = openChannel(kind, settingsOf(kind));
  if (channel.via !== "http") throw new Error("It is sent by HTTP.");
  const answer = channel.read({ status: 500, headers: {}, body, receivedAt: 0 });
  return "because" in answer ? answer.because : "";
}

test.each([
  ['{"link":"https://ntfy.sh/docs/config/","http":429}', '{"link":"[address]","http":429}'],
  ["(see https://example.org/a).", "(see [address])."],
  ['{"a":"https:\\/\\/example.org\\/x\\/y"}', '{"a":"[address]"}'],
  [
    "at https://example.org/[hidden]?token=abc, or https://example.org/[hidden].",
    "at [address], or [address].",
  ],
  ["go to https://example.org/a?b=c&d=e, please", "go to [address], please"],
])("an address in %j becomes %j", (said, shown) => {
  expect(sanitise(said)).toBe(shown);
});

test("a short secret is hidden as a word, and no other word with it", () => {
  expect(hideSecrets("ops: no topic ops in opsgenie", ["ops"])).toBe(
    "[hidden]: no topic [hidden] in opsgenie",
  );
});

test("settings are parsed as they are opened", () => {
  for (const kind of HTTP_KINDS) expect(parseSettings(kind, settingsOf(kind))).toMatchObject({ ok: true });
  expect(everyMessage.size).toBeGreaterThan(60);
});
