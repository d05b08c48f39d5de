import { durationText } from "../duration.ts";
import type { Machine } from "../machine.ts";
import { readOptions } from "../parse.ts";
import { ageOf, type RunRecord } from "../report/record.ts";
import { flushSpool } from "../report/sender.ts";
import { lastProblem, readSpool } from "../report/spool.ts";

/** `overdue spool`: lists the reports that wait; with `--send`, delivers them now. */
export async function spool(machine: Machine, args: readonly string[]): Promise<void> {
  const { values } = readOptions(args, { send: { type: "boolean" } });
  if (values["send"] === true) say(`${await flushSpool(machine, Infinity)} delivered`);
  const kept = readSpool(machine);
  for (const { record } of kept) say(reportText(record));
  say(kept.length === 0 ? "Nothing waits to be delivered." : `${kept.length} wait to be delivered.`);
  const problem = lastProblem(machine);
  if (problem !== null) say(`Last problem: ${problem}`);
}

function reportText({ target, ended, started, bootId }: RunRecord): string {
  const moment = ended ?? started;
  const what =
    ended === null
      ? "started"
      : ended.kind === "log"
        ? "log"
        : ended.status === null
          ? "failed"
          : `ended with status ${ended.status}`;
  return `${target.name} ${what}${moment === null ? "" : `, ${durationText(ageOf(moment, bootId))} ago`}`;
}

function say(sentence: string): void {
  process.stdout.write(`${sentence}\n`);
}
