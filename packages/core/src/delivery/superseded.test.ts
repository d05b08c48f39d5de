import { expect, test } from "vitest";

import {
  isMemberOutdated,
  isMemberReported,
  type StateDelivery,
  supersededDeliveries,
} from "./superseded.ts";

const waiting = (id: string, deadlineSeq: number, more: Partial<StateDelivery> = {}): StateDelivery => ({
  id,
  deadlineSeq,
  checkId: "check",
  channelId: "channel",
  isUntried: true,
  ...more,
});

test.each<[string, StateDelivery[], string[], string[]]>([
  ["a delivery alone is kept", [waiting("1", 1)], [], []],
  ["an older one gives way", [waiting("1", 1), waiting("2", 2)], [], ["1"]],
  ["the order in which they are read does not matter", [waiting("2", 2), waiting("1", 1)], [], ["1"]],
  ["of one deadline the later id is newer", [waiting("1", 3), waiting("2", 3)], [], ["1"]],
  ["a later deadline is newer, whatever the ids", [waiting("2", 1), waiting("1", 2)], [], ["2"]],
  ["all but the newest give way", [waiting("1", 1), waiting("2", 2), waiting("3", 3)], [], ["1", "2"]],
  ["what was attempted stays", [waiting("1", 1, { isUntried: false }), waiting("2", 2)], [], []],
  ["what was claimed just now stays", [waiting("1", 1), waiting("2", 2)], ["1"], []],
  [
    "a newer one that is under way counts",
    [waiting("1", 1), waiting("2", 2, { isUntried: false })],
    [],
    ["1"],
  ],
  ["another check is another sequence", [waiting("1", 1), waiting("2", 2, { checkId: "other" })], [], []],
  ["another channel is another sequence", [waiting("1", 1), waiting("2", 2, { channelId: "other" })], [], []],
])("%s", (_, deliveries, claimed, superseded) => {
  expect(supersededDeliveries(deliveries, claimed)).toEqual(superseded);
});

const member = { kind: "down", writtenAt: 10, newestStateAt: null, isCheckDeleted: false } as const;

test.each([
  ["with nothing newer is true", member, false],
  ["whose check was reported since is outdated", { ...member, newestStateAt: 11 }, true],
  ["is not outdated by itself", { ...member, newestStateAt: 10 }, false],
  ["is not outdated by what was written before", { ...member, newestStateAt: 9 }, false],
  ["about a run stays true", { ...member, kind: "run", newestStateAt: 11 }, false],
  ["about a notice stays true", { ...member, kind: "notice", newestStateAt: 11 }, false],
] as const)("a group's member %s", (_, one, expected) => {
  expect(isMemberOutdated(one)).toBe(expected);
});

test.each([
  ["that is true", member, true],
  ["that is outdated", { ...member, newestStateAt: 11 }, false],
  ["of a deleted check", { ...member, isCheckDeleted: true }, false],
] as const)("whether a message reports a member %s", (_, one, expected) => {
  expect(isMemberReported(one)).toBe(expected);
});
