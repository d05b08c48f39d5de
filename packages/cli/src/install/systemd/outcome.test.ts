import { expect, test } from "vitest";

import { outcomeOf } from "./outcome.ts";
import { readRecord, recordLine } from "./record-line.ts";
import { dropInText, readDropIn } from "./unit-files.ts";

const ID = "43ae459059c24f22a0b147b6431b81c7";
const read = (event: string, ...values: string[]) => {
  const record = readRecord(`${ID}.${event}`, ["job.service", "17.25", ...values, ""].join("\n"), 1_000);
  if (record === null) throw new Error("The record cannot be read.");
  return record;
};
const job = { role: "job", isApart: false, earlier: "none" } as const;

test.each([
  ["a clean end", ["success", "exited", "0"], { kind: "end", status: 0 }],
  ["an exit status", ["exit-code", "exited", "3"], { kind: "end", status: 3 }],
  ["a status that SuccessExitStatus= names", ["success", "exited", "75"], { kind: "end", status: 0 }],
  [
    "a kill for want of memory",
    ["oom-kill", "killed", "KILL"],
    { status: 137, facts: { systemdResult: "oom-kill", systemdExit: "killed KILL", oomKill: "group" } },
  ],
  ["a time limit", ["timeout", "killed", "TERM"], { status: 143, facts: { systemdResult: "timeout" } }],
  ["a crash", ["core-dump", "dumped", "SEGV"], { status: 139 }],
  ["a stop by hand", ["success", "killed", "TERM"], { status: 143 }],
  ["a failure whose process ended well", ["protocol", "exited", "0"], { status: null }],
  [
    "a condition that did not hold",
    ["exec-condition", "", ""],
    { kind: "log", facts: { skipped: expect.any(String) } },
  ],
])("%s of a job is reported by its status", (_, values, expected) => {
  expect(outcomeOf(read("ended", ...values), job)).toMatchObject(expected);
});

test("a service is reported by its failures and starts, and its stop is only a line", () => {
  const service = { ...job, role: "service" } as const;
  expect(outcomeOf(read("up"), service)).toMatchObject({ kind: "end", status: 0 });
  expect(outcomeOf(read("ended", "success", "killed", "TERM"), service)).toMatchObject({ kind: "log" });
  expect(outcomeOf(read("ended", "watchdog", "killed", "ABRT"), service)).toMatchObject({ status: 134 });
});

test("a job whose unit stays active has succeeded once it is up, and its later stop says nothing", () => {
  const stays = { ...job, role: "job that stays" } as const;
  expect(outcomeOf(read("up"), stays)).toMatchObject({ kind: "end", status: 0 });
  expect(outcomeOf(read("ended", "success", "exited", "0"), stays)).toBeNull();
  expect(outcomeOf(read("ended", "exit-code", "exited", "1"), stays)).toMatchObject({ status: 1 });
});

test("OnFailure= tells of what the unit could not note itself, and of nothing twice", () => {
  const failed = read("outcome", "exit-code", "exited", "217", ID);
  expect(failed.of).toBe(ID);
  expect(outcomeOf(failed, { ...job, earlier: "end" })).toBeNull();
  expect(outcomeOf(failed, job)).toMatchObject({ status: 217 });
  expect(outcomeOf(failed, { ...job, earlier: "end and outcome" })).toMatchObject({
    status: null,
    said: "It was not started: a unit that it needs failed, or its start was given up.",
  });
  expect(outcomeOf(read("outcome", "success", "exited", "0", ID), job)).toMatchObject({ status: null });
});

test("what a unit cannot have written is no record", () => {
  expect(readRecord("x.ended", "job.service\n1\n", 0)).toBeNull();
  expect(readRecord(`${ID}.other`, "job.service\n1\n", 0)).toBeNull();
  expect(readRecord(`${ID}.ended`, "", 0)).toBeNull();
});

test("a drop-in says which check it is for, and systemd's own signs in its commands are doubled", () => {
  const drop = {
    unit: "job.service",
    check: "web1-job",
    create: true,
    role: "job",
    isPrivileged: true,
    isApart: false,
  } as const;
  const text = dropInText(drop);
  expect(readDropIn(text)).toEqual({ check: "web1-job", create: true, role: "job", isApart: false });
  expect(text).toContain("ExecStopPost=-+/bin/sh -c 'read up idle");
  expect(readDropIn("[Service]\nCheck=x\n")).toBeNull();
  expect(recordLine("started", "%n")).not.toMatch(/(?<!\$)\$(?!\$)|(?<!%)%(?![%nt])/);
});
