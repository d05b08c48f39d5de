import { describe, expect, test } from "vitest";
import { gatherAlerts } from "./gather.ts";

// "a:host1,tag2" is the alert a with its keys; "!" marks one that was not asked for and only waits. A message was so
// many seconds ago: "3:host1". Answers: "a+b+c" is one message led by a; "hold b until +7" waits 7 s more.
describe("what waits for a channel", () => {
  test.each([
    ["alone goes at once", "a", "", "a"],
    ["alone with keys goes at once", "a:host1,tag1", "", "a"],
    ["two that share nothing are two messages", "a:host1 b:host2", "", "a | b"],
    ["two of one host are one message", "a:host1 b:host1", "", "a+b"],
    ["what was not asked for is told too", "a:host1 b:host1!", "", "a+b"],
    ["and waits where nothing that was asked for leads it", "a:host1 b:host2!", "", "a"],
    ["what hangs together by a third is one", "a:host1 b:host1,tag2 c:tag2", "", "a+b+c"],
    ["by a third whose turn comes later, too", "a:host1 c:tag2 b:host1,tag2", "", "a+c+b"],
    ["the second of a trouble waits for 10 s", "b:host1", "3:host1", "hold b until +7"],
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

test("of five hundred lost within half a minute, told as they come, there are three messages", () => {
  const messages: { at: number; keys: string[] }[] = [];
  let open: { id: string; keys: string[]; isAsked: boolean }[] = [];
  let told = 0;
  for (let ms = 0; ms < 30_000; ms += 50) {
    if (ms < 25_000) open.push({ id: `${ms}`, keys: ["host1"], isAsked: true });
    const gathered = gatherAlerts(open, messages, ms);
    for (const { leadId, otherIds } of gathered.messages) {
      messages.push({ at: ms, keys: ["host1"] });
      open = open.filter(({ id }) => id !== leadId && !otherIds.includes(id));
      told += 1 + otherIds.length;
    }
  }
  expect(messages.map(({ at }) => at)).toEqual([0, 10_000, 25_000]);
  expect(told).toBe(500);
});

function answerOf(waiting: string, recent: string): string {
  const now = 1_000_000;
  const { messages, hold } = gatherAlerts(
    words(waiting).map((word) => {
      const [id = "", keys = ""] = word.replace("!", "").split(":");
      return { id, keys: keys.split(",").filter((key) => key !== ""), isAsked: !word.endsWith("!") };
    }),
    words(recent).map((word) => {
      const [ago = "", keys = ""] = word.split(":");
      return { at: now - Number(ago) * 1_000, keys: keys.split(",") };
    }),
    now,
  );
  const sent = messages.map(({ leadId, otherIds }) => [leadId, ...otherIds].join("+"));
  const held = hold.map(({ ids, until }) => `hold ${ids.join("+")} until +${(until - now) / 1_000}`);
  return [...sent, ...held].join(" | ");
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}
