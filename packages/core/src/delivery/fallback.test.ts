import { expect, test } from "vitest";

import { chooseFallback, type FallbackChannel, needsFallback } from "./fallback.ts";

const own = channel("own", { isEmail: true });
const refused = { ...own, isMailRefused: true };
const named = channel("named", { isNamed: true });
const other = channel("other", {});

test.each<[string, FallbackChannel, FallbackChannel[], string | null]>([
  ["the named fallback gets it", own, [own, other, named], "named"],
  ["nobody gets it where no fallback is named", own, [own, other], null],
  ["a fallback that is broken does not", own, [{ ...named, isWorking: false }], null],
  ["a fallback does not get what it did not take itself", named, [named, other], null],
  ["where the mail server refuses, any other channel gets it", refused, [refused, other], "other"],
  ["rather the named one", refused, [other, named], "named"],
  ["rather one that is no mailbox", refused, [{ ...named, isEmail: true }, other], "other"],
  ["a mailbox where there is nothing else", refused, [{ ...named, isEmail: true }], "named"],
  ["not one that is refused, too", refused, [{ ...named, isEmail: true, isMailRefused: true }], null],
  ["not a group, a channel at rest or an owner's own mailbox", refused, unfit(), null],
  ["nor in place of an owner's own mailbox", { ...refused, isInternal: true }, [other], null],
  [
    "rather the channel with the newest message",
    refused,
    [other, channel("used", { lastSentAt: 5 })],
    "used",
  ],
])("%s", (_, from, channels, expected) => {
  expect(chooseFallback(from, channels)?.id ?? null).toBe(expected);
});

test.each([
  ["an alert", {}, true],
  ["a report", { kind: "report" as const }, true],
  ["a test", { kind: "test" as const }, false],
  ["a line about a run", { kind: "run" as const }, false],
  ["what is itself in another's place", { isFallback: true }, false],
  ["the end of an incident that only its channel keeps", { endsKeptIncident: true }, false],
])("%s needs a fallback: %s", (_, change, expected) => {
  const alert = { kind: "down" as const, isFallback: false, endsKeptIncident: false };
  expect(needsFallback({ ...alert, ...change })).toBe(expected);
});

function unfit(): FallbackChannel[] {
  return [{ isGroup: true }, { isResting: true }, { isInternal: true }].map((change) =>
    channel("unfit", change),
  );
}

function channel(id: string, change: Partial<FallbackChannel>): FallbackChannel {
  return {
    id,
    isNamed: false,
    isInternal: false,
    isGroup: false,
    isEmail: false,
    isWorking: true,
    isResting: false,
    isMailRefused: false,
    lastSentAt: null,
    ...change,
  };
}
