import { describe, expect, test } from "vitest";

import type { AlertMessage, HttpRequest, Operator } from "./index.ts";
import { composeAlert } from "./message/compose.ts";
import {
  downActions,
  downFacts,
  HOSTILE_TEXTS,
  hostileFacts,
  killedFacts,
  PUBLIC_URL,
  testFacts,
  upFacts,
} from "./testing/alert-samples.ts";
import { channelKinds, isKindName, openChannel, parseSettings } from "./registry.ts";
import { sampleSettings } from "./testing/channel-settings.ts";

const operator: Operator = {
  publicUrl: PUBLIC_URL,
  telegramApiRoot: "https://api.telegram.org",
  telegramBotToken: null,
  slackApiUrl: "https://slack.com/api",
};
/** What a provider takes at most, in bytes of a body. */
const BODY_BYTES = 28_000;
const MESSAGES = {
  down: composeAlert(downFacts, PUBLIC_URL, downActions),
  up: composeAlert(upFacts, PUBLIC_URL),
  killed: composeAlert(killedFacts, PUBLIC_URL),
  test: composeAlert(testFacts, PUBLIC_URL),
};
const HTTP_KINDS = Object.keys(channelKinds)
  .filter(isKindName)
  .filter((kind) => openChannel(kind, sampleSettings[kind]).via === "http");

function requestTo(kind: string, message: AlertMessage, style: "rich" | "plain" = "rich") {
  const channel = openChannel(kind, isKindName(kind) ? sampleSettings[kind] : {});
  if (channel.via !== "http") throw new Error(`${kind} is not spoken over HTTP`);
  return channel.request(message, style, operator);
}

/** A request as it goes over the wire, with its body taken apart so that it can be read. */
function wire(kind: string, message: AlertMessage) {
  const request = requestTo(kind, message);
  if (!("body" in request)) return request;
  return { ...request, body: bodyOf(request) };
}

function bodyOf(request: HttpRequest | undefined): unknown {
  const headers: Record<string, string> = request?.headers ?? {};
  const body = request?.body ?? "";
  return headers["content-type"] === "application/json"
    ? JSON.parse(body)
    : Object.fromEntries(new URLSearchParams(body));
}

test.each(HTTP_KINDS)("%s sends exactly what stands in its file", async (kind) => {
  const requests = Object.entries(MESSAGES).map(([name, message]) => [name, wire(kind, message)]);
  const text = JSON.stringify(Object.fromEntries(requests), null, 2);
  await expect(`${text}\n`).toMatchFileSnapshot(`./payloads/${kind}.json`);
});

// A webhook has the output as a field of its own, beside the time of the last ping.
const KINDS_WITH_OUTPUT = HTTP_KINDS.filter(
  (kind) => kind !== "webhook" && JSON.stringify(wire(kind, MESSAGES.down)).includes("saved 12 GB"),
);

test.each(KINDS_WITH_OUTPUT)(
  "an alert of a missed run says that its output is of an earlier one: %s",
  (kind) => {
    const body = JSON.stringify(wire(kind, MESSAGES.down));
    expect(body).toMatch(/not of the missing one.{0,150}saved 12 GB/);
  },
);

describe.each(HTTP_KINDS)("hostile texts through %s", (kind) => {
  test.each(HOSTILE_TEXTS.map((text, index) => ({ text, index })))(
    "number $index change neither the shape nor the address, rich and plain",
    ({ text }) => {
      for (const style of ["rich", "plain"] as const) {
        const [hostile, harmless] = [text, "harmless"].map((typed) => sentDown(kind, typed, style));
        expect(Buffer.byteLength(hostile?.body ?? "")).toBeLessThanOrEqual(BODY_BYTES);
        expect(shapeOf(bodyOf(hostile))).toEqual(shapeOf(bodyOf(harmless)));
        expect({ ...hostile, body: "" }).toEqual({ ...harmless, body: "" });
      }
    },
  );
});

function sentDown(kind: string, typed: string, style: "rich" | "plain") {
  const request = requestTo(kind, composeAlert(hostileFacts(typed), PUBLIC_URL, downActions), style);
  if (!("body" in request)) throw new Error("A down is always sent.");
  return request;
}

test.each(Object.keys(channelKinds).filter(isKindName))(
  "%s takes its sample, and says what it is",
  (kind) => {
    expect(parseSettings(kind, sampleSettings[kind])).toMatchObject({
      ok: true,
      hint: expect.stringMatching(/./),
    });
  },
);

test.each(Object.keys(channelKinds).filter(isKindName))(
  "what may be shown of %s has no secret in it",
  (kind) => {
    const { fields } = channelKinds[kind];
    const parsed = parseSettings(kind, sampleSettings[kind]);
    if (!parsed.ok) throw new Error("the sample is good");
    const secrets = fields.filter(({ secret }) => secret).map(({ name }) => sampleSettings[kind][name]);
    for (const secret of secrets.filter((value) => typeof value === "string"))
      expect(parsed.hint).not.toContain(secret);
  },
);

function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf);
  if (typeof value !== "object" || value === null) return typeof value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shapeOf(inner)]));
}
