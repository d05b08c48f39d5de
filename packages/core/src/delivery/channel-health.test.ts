import { expect, test } from "vitest";

import {
  type ChannelHealth,
  channelState,
  decideChannelHealth,
  type HealthChange,
  type HealthSign,
} from "./channel-health.ts";
import type { NextStep } from "./next-step.ts";

const NOW = 1_000_000_000;
const HEALTHY: ChannelHealth = {
  brokenAt: null,
  brokenBecause: null,
  brokenBy: null,
  circuitFailures: 0,
  circuitStep: 0,
  circuitUntil: null,
  lastSentAt: NOW - 100,
};
const BROKEN = { brokenAt: NOW - 5_000, brokenBecause: "gone" };
const SENT = sign({ state: "sent", retryInMs: 0, statusCode: 200 });
const ERROR = sign({});
const GONE = sign({ state: "failed", channelBrokenBecause: "no_service", retryInMs: 0 });

type Expected = { health?: Partial<ChannelHealth>; turn?: HealthChange["turn"]; isCircuitClosed?: boolean };

test.each<[string, Partial<ChannelHealth>, HealthSign[], Expected | null]>([
  ["a message that arrives at a channel that works changes nothing", {}, [SENT], null],
  [
    "the last message that arrived is known to the second",
    { lastSentAt: NOW - 2_000 },
    [SENT],
    { health: { lastSentAt: NOW }, turn: null },
  ],
  [
    "an error is counted",
    {},
    [ERROR],
    { health: { circuitFailures: 1, circuitStep: 0, circuitUntil: null } },
  ],
  [
    "the fifth error in a row opens the circuit for ten seconds",
    { circuitFailures: 4 },
    [ERROR],
    { health: { circuitFailures: 5, circuitStep: 1, circuitUntil: NOW + 10_000 }, turn: null },
  ],
  [
    "errors that end together count together",
    { circuitFailures: 2 },
    [ERROR, ERROR, ERROR],
    { health: { circuitStep: 1, circuitUntil: NOW + 10_000 } },
  ],
  [
    "an error while the circuit is open opens it no further",
    { circuitFailures: 6, circuitStep: 1, circuitUntil: NOW + 3_000 },
    [ERROR],
    { health: { circuitFailures: 7, circuitStep: 1, circuitUntil: NOW + 3_000 } },
  ],
  [
    "a probe that fails lets it rest for twice as long",
    { circuitFailures: 5, circuitStep: 1, circuitUntil: NOW - 1 },
    [sign({}, { isProbe: true })],
    { health: { circuitStep: 2, circuitUntil: NOW + 20_000 } },
  ],
  [
    "it never rests longer than five minutes",
    { circuitFailures: 5, circuitStep: 9 },
    [sign({}, { isProbe: true })],
    { health: { circuitStep: 10, circuitUntil: NOW + 300_000 } },
  ],
  [
    "a message that arrives closes the circuit",
    { circuitFailures: 5, circuitStep: 2, circuitUntil: NOW + 9_000 },
    [SENT],
    { health: { circuitFailures: 0, circuitStep: 0, circuitUntil: null }, isCircuitClosed: true },
  ],
  ["a run that cannot be sent is no sign against the channel", {}, [sign({}, { kind: "run" })], null],
  ["what is not the channel's fault is no sign against it", {}, [sign({ isBlameless: true })], null],
  [
    "a limit with a time lets it rest until then",
    {},
    [limit("named", 7_000)],
    { health: { circuitFailures: 0, circuitStep: 0, circuitUntil: NOW + 7_000 } },
  ],
  [
    "a limit without a time is a rest in a row",
    { circuitStep: 1 },
    [limit("unnamed", 30_000)],
    { health: { circuitStep: 2, circuitUntil: NOW + 30_000 } },
  ],
  [
    "a person's test shows no limit to alerts",
    {},
    [sign({ limit: "named", statusCode: 429 }, { kind: "test" })],
    null,
  ],
  [
    "a message that was on its way already does not end a limit",
    { circuitUntil: NOW + 7_000, lastSentAt: null },
    [SENT],
    { health: { circuitUntil: NOW + 7_000, lastSentAt: NOW } },
  ],
  [
    "a permanent error breaks it, and its circuit is of no interest any more",
    { circuitFailures: 3, circuitStep: 1, circuitUntil: NOW + 3_000 },
    [GONE],
    {
      health: {
        brokenAt: NOW,
        brokenBecause: "no_service",
        circuitFailures: 0,
        circuitStep: 0,
        circuitUntil: null,
      },
      turn: "broke",
    },
  ],
  [
    "a channel that is broken already stays broken since then, with the newest reason",
    BROKEN,
    [GONE],
    { health: { ...BROKEN, brokenBecause: "no_service" }, turn: null },
  ],
  [
    "the reader's own word is not replaced by a provider's",
    { ...BROKEN, brokenBy: "recipient" },
    [GONE],
    { health: { ...BROKEN, brokenBy: "recipient" } },
  ],
  [
    "a message that arrives mends it",
    BROKEN,
    [SENT],
    { health: { brokenAt: null, brokenBecause: null, lastSentAt: NOW }, turn: "mended" },
  ],
  [
    "a message that was on its way when its reader unsubscribed does not mend it",
    { ...BROKEN, brokenBy: "recipient" },
    [SENT],
    { health: { ...BROKEN, brokenBy: "recipient" }, turn: null },
  ],
  [
    "an alert that is sent to an address whose mail came back does not mend the channel",
    { ...BROKEN, brokenBy: "bounce" },
    [SENT],
    { health: { ...BROKEN, brokenBy: "bounce" }, turn: null },
  ],
  [
    "a person's test that is sent to such an address does mend it",
    { ...BROKEN, brokenBy: "bounce" },
    [sign({ state: "sent" }, { kind: "test" })],
    { health: { brokenAt: null, brokenBy: null }, turn: "mended" },
  ],
])("%s", (_, before, signs, expected) => {
  const change = decideChannelHealth({ ...HEALTHY, ...before }, signs, NOW);
  expect({ change }).toMatchObject({ change: expected });
});

test.each([
  ["one that works", {}, {}, "working"],
  ["one whose circuit is open", { circuitStep: 1, circuitUntil: NOW + 1 }, {}, "resting"],
  ["one whose provider limits us", { circuitUntil: NOW + 1 }, {}, "resting"],
  ["one whose rest is over", { circuitStep: 1, circuitUntil: NOW - 1 }, {}, "probing"],
  ["one whose limit is over", { circuitUntil: NOW - 1 }, {}, "working"],
  ["one that broke", BROKEN, {}, "broken"],
  ["one whose address nobody confirmed", BROKEN, { isUnconfirmed: true }, "unconfirmed"],
  [
    "one whose reader wants no more",
    { ...BROKEN, brokenBy: "recipient" as const },
    { isUnconfirmed: true },
    "stopped",
  ],
  ["one that was deleted", BROKEN, { isDeleted: true }, "deleted"],
])("%s is %s", (_, health, facts, expected) => {
  const given = { isDeleted: false, isUnconfirmed: false, ...facts };
  expect(channelState({ health: { ...HEALTHY, ...health }, ...given }, NOW)).toBe(expected);
});

function sign(step: Partial<NextStep>, change: Partial<HealthSign> = {}): HealthSign {
  const failed: NextStep = {
    state: "retry",
    statusCode: 500,
    answer: "",
    providerRef: null,
    retryInMs: 5_000,
    uncertain: false,
    channelBrokenBecause: null,
  };
  return { kind: "down", isProbe: false, step: { ...failed, ...step }, ...change };
}

function limit(how: "named" | "unnamed", retryInMs: number): HealthSign {
  return sign({ limit: how, retryInMs, statusCode: 429, isBlameless: true });
}
