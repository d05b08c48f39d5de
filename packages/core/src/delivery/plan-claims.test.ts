import { expect, test } from "vitest";
import {
  type Candidate,
  isLate,
  isMemberOutdated,
  isMemberReported,
  planClaims,
  postponedUntil,
  type StateDelivery,
  supersededDeliveries,
} from "./plan-claims.ts";

const down = (change: Partial<Candidate> = {}) => candidate("1-down", { kind: "down", ...change });
const up = (change: Partial<Candidate> = {}) => candidate("2-up", { kind: "up", ...change });
const again = (change: Partial<Candidate> = {}) => candidate("3-down", { kind: "down", ...change });
const underWay = { state: "sending", due: false } as const;
const crashed = { state: "sending", due: true } as const;
const later = { state: "retry", due: false } as const;

test.each<[string, Candidate[], string[], Record<string, string>]>([
  ["a lone alert goes", [down()], ["1-down"], { "1-down": "claim" }],
  ["one that is not due yet waits", [down(later)], ["1-down"], { "1-down": "leave" }],
  [
    "one that is under way is left to the process that has it",
    [down(underWay)],
    ["1-down"],
    { "1-down": "leave" },
  ],
  ["one whose attempt died goes again", [down(crashed)], ["1-down"], { "1-down": "claim" }],
  [
    "an up takes the place of a down that was never sent",
    [down(), up()],
    ["2-up"],
    { "1-down": "supersede", "2-up": "claim" },
  ],
  ["a down that would come after its up is left out", [down(), up()], ["1-down"], { "1-down": "supersede" }],
  [
    "asked for together, only the newest goes",
    [down(), up()],
    ["1-down", "2-up"],
    { "1-down": "supersede", "2-up": "claim" },
  ],
  ["an up waits for its down that is under way", [down(underWay), up()], ["2-up"], { "2-up": "leave" }],
  [
    "an up takes the place of a down that waits for its retry",
    [down(later), up()],
    ["2-up"],
    { "1-down": "supersede", "2-up": "claim" },
  ],
  [
    "an up takes the place of a down whose attempt died",
    [down(crashed), up()],
    ["2-up"],
    { "1-down": "supersede", "2-up": "claim" },
  ],
  [
    "the newest of three goes",
    [down(), up(), again()],
    ["3-down"],
    { "1-down": "supersede", "2-up": "supersede", "3-down": "claim" },
  ],
  [
    "an up that waits for its retry is outdated by a new down",
    [up(later), again()],
    ["2-up", "3-down"],
    { "2-up": "supersede", "3-down": "claim" },
  ],
  ["other checks do not matter", [down({ sequence: "other" }), up()], ["2-up"], { "2-up": "claim" }],
  ["a broken channel gets nothing", [down({ channel: "broken" })], ["1-down"], { "1-down": "refuse-broken" }],
  [
    "a test goes to a broken channel too",
    [down({ channel: "broken", kind: "test", sequence: null })],
    ["1-down"],
    { "1-down": "claim" },
  ],
  ["a deleted channel gets nothing", [down({ channel: "deleted" })], ["1-down"], { "1-down": "supersede" }],
  [
    "a test waits for nobody",
    [down(underWay), up({ kind: "test", sequence: null })],
    ["2-up"],
    { "2-up": "claim" },
  ],
  [
    "a channel whose circuit is open keeps it waiting",
    [down({ channel: "resting" })],
    ["1-down"],
    { "1-down": "postpone" },
  ],
  [
    "of those that wait for a channel one finds out whether it works",
    [down({ channel: "probing", sequence: "a" }), up({ channel: "probing", sequence: "b" })],
    ["1-down", "2-up"],
    { "1-down": "probe", "2-up": "postpone" },
  ],
  [
    "a line about a run leaves it to an alert to find out",
    [up({ kind: "run", channel: "probing", sequence: null }), down({ channel: "probing" })],
    ["2-up", "1-down"],
    { "2-up": "postpone", "1-down": "probe" },
  ],
  [
    "while one circuit is open another is not",
    [down({ channel: "resting", sequence: "a" }), up({ channelId: "other", sequence: "b" })],
    ["1-down", "2-up"],
    { "1-down": "postpone", "2-up": "claim" },
  ],
  [
    "a person's test asks no circuit",
    [down({ channel: "resting", kind: "test", sequence: null })],
    ["1-down"],
    { "1-down": "claim" },
  ],
  [
    "one that waited a day for its channel is given up",
    [down({ channel: "resting", late: true })],
    ["1-down"],
    { "1-down": "expire" },
  ],
  [
    "one whose process died twice gets a last try alone",
    [down({ ...crashed, poisonAttempts: 1 })],
    ["1-down"],
    { "1-down": "claim" },
  ],
  [
    "one whose process died under it a third time is put aside",
    [down({ ...crashed, poisonAttempts: 2 })],
    ["1-down"],
    { "1-down": "set-aside" },
  ],
  ["one that is gone is not decided about", [], ["1-down"], {}],
])("%s", (_, candidates, asked, expected) => {
  expect(Object.fromEntries(planClaims(candidates, asked))).toEqual(expected);
});

function candidate(id: string, change: Partial<Candidate>): Candidate {
  return {
    id,
    sequence: "check/channel",
    kind: "down",
    state: "pending",
    due: true,
    channelId: "channel",
    channel: "working",
    late: false,
    poisonAttempts: 0,
    ...change,
  };
}

const HOUR = 3_600_000;
const MINUTE = 60_000;

test.each([
  [
    "what died with its process too often waits an hour",
    "set-aside",
    "down",
    { circuitStep: 0, circuitUntil: null },
    HOUR,
  ],
  ["an alert waits for the circuit", "postpone", "down", { circuitStep: 1, circuitUntil: 10_000 }, 10_000],
  [
    "an alert whose circuit is probed waits for the probe",
    "postpone",
    "down",
    { circuitStep: 1, circuitUntil: 0 },
    3_000,
  ],
  [
    "all wait for the end of a limit, in their order",
    "postpone",
    "up",
    { circuitStep: 0, circuitUntil: 1_000 },
    1_000,
  ],
  [
    "a line about a run lets alerts go first",
    "postpone",
    "run",
    { circuitStep: 1, circuitUntil: 10_000 },
    5 * MINUTE,
  ],
  [
    "a line about a run waits for a circuit that stays open long, too",
    "postpone",
    "run",
    { circuitStep: 9, circuitUntil: 2 * HOUR },
    2 * HOUR,
  ],
] as const)("%s", (_, decision, kind, circuit, expected) => {
  expect(postponedUntil(decision, { kind, circuit, now: 0 })).toBe(expected);
});

test.each([
  ["down", 23 * HOUR, false],
  ["down", 25 * HOUR, true],
  ["notice", 0.5 * HOUR, false],
  ["notice", 2 * HOUR, true],
] as const)("a %s that is %i ms old is late: %s", (kind, ageMs, expected) => {
  expect(isLate({ kind, ageMs })).toBe(expected);
});

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
