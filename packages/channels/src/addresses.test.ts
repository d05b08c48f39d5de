import { expect, test } from "vitest";

import { PROVIDER_HOSTS } from "./addresses.ts";
import { composeAlert } from "./message/compose.ts";
import { downFacts, PUBLIC_URL } from "./testing/alert-samples.ts";
import { isKindName, openChannel, parseSettings } from "./registry.ts";

const OPERATOR = { publicUrl: PUBLIC_URL, telegramApiRoot: "", telegramBotToken: null, slackApiUrl: "" };
const ADDRESSES = [
  ["slack", "https://hooks.slack.com/services/T0/B0/x", true],
  ["slack", "https://hooks.slack-gov.com/services/T0/B0/x", true],
  ["slack", "https://hooks.slack.com.example.org/services/T0/B0/x", false],
  ["slack", "https://notslack.com/services/T0/B0/x", false],
  ["discord", "https://discord.com/api/webhooks/1/x", true],
  ["discord", "https://ptb.discord.com/api/webhooks/1/x", true],
  ["discord", "https://sub.discord.com/api/webhooks/1/x", true],
  ["discord", "https://discordapp.com/api/webhooks/1/x", true],
  ["discord", "https://discord.example.org/api/webhooks/1/x", false],
  ["google-chat", "https://chat.googleapis.com/v1/spaces/A/messages?key=k&token=t", true],
  ["google-chat", "https://storage.googleapis.com/v1/spaces/A/messages?key=k&token=t", false],
  ["splunk-on-call", "https://alert.victorops.com/integrations/generic/1/alert/a/b", true],
  ["splunk-on-call", "https://api.eu0.signalfx.com/integrations/generic/1/alert/a/b", true],
  ["splunk-on-call", "https://victorops.example.org/alert/a/b", false],
] as const;

test.each(ADDRESSES)("of %s, %s is taken by the form and the sender alike: %s", (kind, url, isTaken) => {
  expect(parseSettings(kind, { url }).ok).toBe(isTaken);
  const channel = openChannel(kind, { url });
  if (channel.via !== "http") throw new Error("It is sent by HTTP.");
  const request = channel.request(composeAlert(downFacts, PUBLIC_URL), "rich", OPERATOR);
  const { hostname } = new URL(url);
  const only: readonly string[] | null = "url" in request ? request.onlyHosts : null;
  expect(only?.some((known) => hostname === known || hostname.endsWith(`.${known}`))).toBe(isTaken);
});

test("each provider with hosts of its own is among them", () => {
  const tried = new Set<string>(ADDRESSES.map(([kind]) => kind));
  expect([...tried].toSorted()).toEqual(Object.keys(PROVIDER_HOSTS).toSorted());
  expect([...tried].every(isKindName)).toBe(true);
});

test.each(["http://127.0.0.1:8080/hook", "http://slack-proxy/hook", "https://slack.corp.internal/hook"])(
  "a proxy at %s may stand in for the provider, where the operator allows its network",
  (url) => {
    expect(parseSettings("slack", { url })).toMatchObject({ ok: true });
  },
);

test.each([
  ["pagerduty", { key: "e".repeat(32) }],
  ["opsgenie", { key: "eb243592" }],
] as const)("%s may be called at a server of one's own, which the form takes", (kind, settings) => {
  const own = { ...settings, server: "https://oncall.example.org" };
  expect(parseSettings(kind, own)).toMatchObject({ ok: true });
  const channel = openChannel(kind, own);
  if (channel.via !== "http") throw new Error("It is sent by HTTP.");
  expect(channel.request(composeAlert(downFacts, PUBLIC_URL), "rich", OPERATOR)).toMatchObject({
    onlyHosts: null,
  });
});
