import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { groupAlerts, groupInformational } from "./group-alerts.ts";

// "a:host1,tag2" is the alert a with its keys; "!" marks one that was not asked for and only waits. A message was so
// many seconds ago: "3:host1". Answers: "a+b+c" is one message led by a; "hold b until +7" waits 7 s more.
describe("what waits for a channel", () => {
  test.each([
    ["alone goes at once", "a", "", "a"],
    ["alone with keys goes at once", "a:host1,tag1", "", "a"],
    ["two that share nothing are two messages", "a:host1 b:host2", "", "a | b"],
    ["two of one host are one message", "a:host1 b:host1", "", "a+b"],
    ["what was not asked for is sent too", "a:host1 b:host1!", "", "a+b"],
    ["and waits where nothing that was asked for leads it", "a:host1 b:host2!", "", "a"],
    ["what hangs together by a third is one", "a:host1 b:host1,tag2 c:tag2", "", "a+b+c"],
    ["by a third whose turn comes later, too", "a:host1 c:tag2 b:host1,tag2", "", "a+c+b"],
    ["the second of a problem waits for 10 s", "b:host1", "3:host1", "hold b until +7"],
    ["and goes then, with all that came", "b:host1 c:host1", "10:host1", "b+c"],
    ["the third waits for 15 s", "c:host1", "14:host1 4:host1", "hold c until +11"],
    ["the fourth for 30 s", "d:host1", "40:host1 30:host1 15:host1", "hold d until +15"],
    [
      "the fifth and all others for a minute",
      "e:host1",
      "90:host1 80:host1 65:host1 35:host1 20:host1",
      "hold e until +40",
    ],
    ["what shares nothing with it is not held", "b:host1 x:host9", "3:host1", "x | hold b until +7"],
    ["a lone one without keys is not held", "x", "3:host1", "x"],
    ["five that share nothing are five", "a b c d e", "", "a | b | c | d | e"],
    ["six that share nothing are one", "a b c d e f", "", "a+b+c+d+e+f"],
  ])("%s", (_, waiting, recent, answer) => {
    expect(answerOf(waiting, recent)).toBe(answer);
  });
});

test("of five hundred lost within half a minute, sent as they come, there are three messages", () => {
  const messages: { at: number; keys: string[] }[] = [];
  let open: { id: string; since: number; keys: string[]; isAsked: boolean }[] = [];
  let alerted = 0;
  for (let ms = 0; ms < 30_000; ms += 50) {
    if (ms < 25_000) open.push({ id: `${ms}`, since: ms, keys: ["host1"], isAsked: true });
    const grouped = groupAlerts(open, messages, ms);
    for (const { leaderId, otherIds } of grouped.messages) {
      messages.push({ at: ms, keys: ["host1"] });
      open = open.filter(({ id }) => id !== leaderId && !otherIds.includes(id));
      alerted += 1 + otherIds.length;
    }
  }
  expect(messages.map(({ at }) => at)).toEqual([0, 10_000, 25_000]);
  expect(alerted).toBe(500);
});

test("whatever comes, each alert is sent once, and within a minute", () => {
  const key = fc.constantFrom("h1", "h2", "h3", "h4", "h5", "h6", "h7", "h8");
  const alert = fc.record({ afterMs: fc.nat(9_000), keys: fc.uniqueArray(key, { maxLength: 3 }) });
  fc.assert(
    fc.property(fc.array(alert, { maxLength: 120 }), (alerts) => {
      const waits = waitsOf(alerts);
      expect(waits).toHaveLength(alerts.length);
      expect(Math.max(0, ...waits)).toBeLessThanOrEqual(60_000);
    }),
  );
});

test("one that new problems join again and again is sent within a minute all the same", () => {
  const chain = Array.from({ length: 60 }, (_, index) => [
    { afterMs: 1_000, keys: [`h${index}`] },
    { afterMs: 500, keys: [`h${index}`, "shared"] },
  ]);
  expect(Math.max(...waitsOf([{ afterMs: 0, keys: ["shared"] }, ...chain.flat()]))).toBeLessThanOrEqual(
    60_000,
  );
});

/** How long each alert waits for its message, where somebody looks when one comes and when one is held no longer. */
function waitsOf(arrivals: readonly { afterMs: number; keys: string[] }[]): number[] {
  const messages: { at: number; keys: string[] }[] = [];
  const waits: number[] = [];
  let waiting: { id: string; since: number; keys: string[]; dueAt: number }[] = [];
  let coming = 0;
  const arriving = arrivals.map(({ afterMs, keys }, index) => {
    coming += afterMs;
    return { id: `${index}`, since: coming, keys, dueAt: coming };
  });
  while (arriving.length + waiting.length > 0) {
    const now = Math.min(...[...arriving.slice(0, 1), ...waiting].map(({ dueAt }) => dueAt));
    while (arriving[0] !== undefined && arriving[0].dueAt <= now) waiting.push(...arriving.splice(0, 1));
    const due = waiting.filter(({ dueAt }) => dueAt <= now).map((one) => ({ ...one, isAsked: true }));
    const lately = messages.filter(({ at }) => at > now - 300_000);
    const { messages: sent, hold } = groupAlerts(due, lately, now);
    const alerted = new Set(sent.flatMap(({ leaderId, otherIds }) => [leaderId, ...otherIds]));
    for (const { leaderId, otherIds } of sent) {
      const ids = new Set([leaderId, ...otherIds]);
      messages.push({ at: now, keys: due.filter(({ id }) => ids.has(id)).flatMap(({ keys }) => keys) });
    }
    waits.push(...due.filter(({ id }) => alerted.has(id)).map(({ since }) => now - since));
    for (const { ids, until } of hold) for (const one of waiting) if (ids.includes(one.id)) one.dueAt = until;
    waiting = waiting.filter(({ id }) => !alerted.has(id));
  }
  return waits;
}

function answerOf(waiting: string, recent: string): string {
  const now = 1_000_000;
  const { messages, hold } = groupAlerts(
    words(waiting).map((word) => {
      const [id = "", keys = ""] = word.replace("!", "").split(":");
      const shared = keys.split(",").filter((key) => key !== "");
      return { id, since: now, keys: shared, isAsked: !word.endsWith("!") };
    }),
    words(recent).map((word) => {
      const [ago = "", keys = ""] = word.split(":");
      return { at: now - Number(ago) * 1_000, keys: keys.split(",") };
    }),
    now,
  );
  const sent = messages.map(({ leaderId, otherIds }) => [leaderId, ...otherIds].join("+"));
  const held = hold.map(({ ids, until }) => `hold ${ids.join("+")} until +${(until - now) / 1_000}`);
  return [...sent, ...held].join(" | ");
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

const NOW = Date.parse("2026-03-02T12:00:00Z");
const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const waiting = ["a", "b", "c"].map((id) => ({ id, isAsked: id === "b" }));

test.each<[string, number[], number | null]>([
  ["the first goes at once", [], null],
  ["a little after another it waits for what comes with it", [1 * SECOND], 1 * SECOND],
  ["a few an hour go as they come", ago(10, 10, 10, 10, 5), null],
  [
    "after more of them a minute lies between two",
    seconds(50, 8 * 60, 8 * 60, 9 * 60, 9 * 60, 9 * 60),
    10 * SECOND,
  ],
  ["and then none is held longer than that", seconds(61, 8 * 60, 8 * 60, 9 * 60, 9 * 60, 9 * 60), null],
  ["after many five minutes do", Array.from({ length: 20 }, (_, i) => (2 + i) * MINUTE), 3 * MINUTE],
])("%s", (_, sentAgo, heldMs) => {
  const sentAt = sentAgo.map((ms) => NOW - ms);
  const grouped = groupInformational(waiting, sentAt, NOW);
  expect(grouped).toEqual(
    heldMs === null
      ? { messages: [{ leaderId: "b", otherIds: ["a", "c"], keys: [] }], hold: [] }
      : { messages: [], hold: [{ ids: ["a", "b", "c"], until: NOW + heldMs }] },
  );
});

test("nothing is begun that nobody asked for", () => {
  const others = [{ id: "a", isAsked: false }];
  expect(groupInformational(others, [], NOW)).toEqual({ messages: [], hold: [] });
});

test("a job that runs each second makes some thirty messages an hour", () => {
  const sentAt: number[] = [];
  for (let now = NOW; now < NOW + 3 * 60 * MINUTE; now += SECOND) {
    const lately = sentAt.filter((at) => at > now - 60 * MINUTE);
    if (groupInformational(waiting, lately, now).messages.length > 0) sentAt.push(now);
  }
  expect(sentAt.length / 3).toBeLessThan(32);
});

function ago(...minutes: number[]): number[] {
  return minutes.map((one) => one * MINUTE);
}

function seconds(...all: number[]): number[] {
  return all.map((one) => one * SECOND);
}
