import { execFileSync } from "node:child_process";
import { readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";

import { findTarget, readConfig } from "../../config.ts";
import type { Machine } from "../../machine.ts";
import { readOptions } from "../../parse.ts";
import { deliver, endPing, startPing } from "../../report/deliver.ts";
import { placeFacts } from "../../report/facts.ts";
import { bootId, type Moment, type RunRecord } from "../../report/record.ts";
import { flushSpool } from "../../report/sender.ts";
import { keep, noteProblem, readSpool } from "../../report/spool.ts";
import { CommandError, UsageError } from "../../errors.ts";
import { sleep } from "../../sleep.ts";
import { readBytes } from "../change.ts";
import { outcomeOf } from "./outcome.ts";
import { readRecord, type UnitRecord } from "./record-line.ts";
import { runsOf } from "./runs.ts";
import { DROP_IN, readDropIn } from "./unit-files.ts";

/** How long a service must be up before that is reported: one that dies at once was never up. */
const UP_AFTER_MS = 10_000;
const JOURNAL_LINES = "300";
const TAIL_BYTES_MAX = 100_000;

type Place = { folder: string; units: string; isOfUser: boolean };

/** `overdue systemd report`: sends what units have noted of their runs. Throws a `CommandError` while something is left to send. */
export async function reportUnits(machine: Machine, args: readonly string[]): Promise<void> {
  const { values } = readOptions(args, { user: { type: "boolean" }, folder: { type: "string" } });
  const isOfUser = values["user"] === true;
  const folder = values["folder"] as string | undefined;
  if (folder === undefined) throw new UsageError("--folder is missing: overdue-report.service says it.");
  const units = isOfUser ? `${machine.home}/.config/systemd/user` : "/etc/systemd/system";
  for (let waitMs = 0; waitMs !== Infinity;) {
    await sleep(waitMs);
    waitMs = await reportAll(machine, { folder, units, isOfUser });
    await flushSpool(machine, Infinity);
  }
  const left = readSpool(machine).filter(({ record }) => record.ended !== null).length;
  if (left > 0) throw new CommandError(`${left} reports could not be sent yet; they are tried again.`);
}

/** Deals with every record. @returns after how many milliseconds to look again; Infinity: never */
async function reportAll(machine: Machine, place: Place): Promise<number> {
  let waitMs = Infinity;
  for (const { path, record } of recordsIn(place.folder)) {
    const youngMs = record.event === "up" ? UP_AFTER_MS - (Date.now() - record.at) : 0;
    const dropIn = readDropIn(readBytes(join(place.units, `${record.unit}.d`, DROP_IN)) ?? "");
    if (dropIn?.role === "service" && youngMs > 0) {
      waitMs = Math.min(waitMs, youngMs);
      continue;
    }
    if (dropIn !== null) await reportOne(machine, { place, record, path, dropIn });
    rmSync(path, { force: true });
  }
  return waitMs;
}

function recordsIn(folder: string): { path: string; record: UnitRecord }[] {
  let names: string[];
  try {
    names = readdirSync(folder).filter((name) => !name.startsWith("."));
  } catch {
    return [];
  }
  return names
    .flatMap((name) => {
      const path = join(folder, name);
      const at = statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? Date.now();
      const record = readRecord(name, readBytes(path) ?? "", at);
      if (record !== null) return [{ path, record }];
      // Else systemd would start us again and again for it.
      rmSync(path, { recursive: true, force: true });
      return [];
    })
    .toSorted((one, other) => one.record.at - other.record.at);
}

type One = {
  place: Place;
  record: UnitRecord;
  path: string;
  dropIn: NonNullable<ReturnType<typeof readDropIn>>;
};

async function reportOne(machine: Machine, { place, record, path, dropIn }: One): Promise<void> {
  const target = findTarget(dropIn.check, { create: dropIn.create, config: readConfig(machine) });
  if (typeof target === "string") return noteProblem(machine, `${record.unit} was not reported: ${target}.`);
  const runs = runsOf(place.folder);
  const earlier = runs.earlier(record);
  const isRun = record.event !== "outcome" || earlier === "none";
  const id = isRun ? (record.of ?? record.invocationId) : record.invocationId;
  const run: RunRecord = { target, runId: runIdOf(id), bootId: bootId(), started: null, ended: null };
  if (record.event === "started") {
    const hasEnded = readBytes(join(place.folder, `${id}.ended`)) !== null;
    runs.start(path, id);
    const ping = startPing({ ...run, started: momentOf(record) });
    if (ping === null || hasEnded) return;
    return void (await deliver(machine, target, { ping: { ...ping, facts: factsOf(machine, record, id) } }));
  }
  if (dropIn.role === "service" && record.event === "up" && !isStillUp(record, place)) return;
  const outcome = outcomeOf(record, { ...dropIn, earlier });
  if (outcome !== null) {
    const { said, ...ending } = outcome;
    const tail = Buffer.from(
      `${journalOf(record, isRun ? id : null, place)}${said === "" ? "" : `${said}\n`}`,
    );
    const ended = {
      ...momentOf(record),
      ...ending,
      facts: { ...factsOf(machine, record, id), ...ending.facts },
      tail: tail.subarray(-TAIL_BYTES_MAX).toString("base64"),
      durationMs: durationOf(record, runs.startOf(id)),
    };
    await keepOrSend(machine, { ...run, ended });
  }
  if (record.event !== "up") runs.end(record);
}

async function keepOrSend(machine: Machine, report: RunRecord): Promise<void> {
  const ping = endPing(report);
  const unkept = keep(machine, report);
  if (unkept !== null && ping !== null) await deliver(machine, report.target, { ping });
}

function durationOf({ uptime }: UnitRecord, started: UnitRecord | null): number | null {
  const begun = started?.uptime ?? null;
  return uptime === null || begun === null ? null : Math.max(0, Math.round((uptime - begun) * 1_000));
}

/** systemd's id of a run in the form that run ids have. */
function runIdOf(invocationId: string): string {
  return invocationId.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

function momentOf({ at, uptime }: UnitRecord): Moment {
  return { at, uptime };
}

function factsOf(machine: Machine, { unit }: UnitRecord, invocationId: string) {
  return { ...placeFacts(machine), unit, invocationId };
}

function isStillUp({ unit, invocationId }: UnitRecord, place: Place): boolean {
  const shown = output(place, "systemctl", ["show", unit, "-p", "InvocationID", "-p", "ActiveState"]);
  return shown.includes(`InvocationID=${invocationId}\n`) && /^ActiveState=active$/m.test(shown);
}

/** What the run wrote to the journal, with what systemd says of it; without a run, what systemd said of the unit last. */
function journalOf({ unit, event }: UnitRecord, id: string | null, place: Place): string {
  if (event === "up") return "";
  output(place, "journalctl", ["--sync"]);
  const prefix = place.isOfUser ? "USER_" : "";
  const which =
    id === null
      ? ["-n", "5", `${prefix}UNIT=${unit}`]
      : ["-n", JOURNAL_LINES, `_SYSTEMD_INVOCATION_ID=${id}`, "+", `${prefix}INVOCATION_ID=${id}`];
  return output(place, "journalctl", ["-q", "--no-pager", "-o", "cat", ...which]);
}

function output({ isOfUser }: Place, program: string, words: readonly string[]): string {
  try {
    const args = [...(isOfUser ? ["--user"] : []), ...words];
    return execFileSync(program, args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      timeout: 10_000,
    });
  } catch {
    return "";
  }
}
