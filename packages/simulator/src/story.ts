import type { Instant } from "@overdue/schedules";
import type { Event } from "@overdue/core";
import type { Failure } from "./simulate.ts";
import { examine } from "./examine.ts";
import type { Machine, Step } from "./world/live.ts";

/** More than a person reads; a shrunk history usually has far fewer. */
const LINES_MAX = 150;

/** The history of the failing check as lines to read: settings, faults, each fold and its effects. */
export function describeFailure({ history, problems, command }: Failure, machine: Machine): string {
  const steps: Step[] = [];
  examine(history, machine, (step) => steps.push(step));
  const { settings, faults } = history;
  return [
    `check ${history.id} from ${clock(history.begin)} to ${clock(history.end)}`,
    `settings ${JSON.stringify(settings)}`,
    ...faults.outages.map(({ from, until }) => `outage ${clock(from)} … ${clock(until)}`),
    ...steps.flatMap(lines).slice(0, LINES_MAX),
    "",
    ...problems.map((problem) => `WRONG: ${readable(problem)}`),
    `again: ${command}`,
  ].join("\n");
}

/** Slots that pass while nothing else happens are left out: a silent week has thousands. */
function lines({ clock: at, event, transition }: Step): string[] {
  const { effects, check } = transition;
  if (event.kind === "time" && effects.every(({ kind }) => kind === "slot")) return [];
  const { status, deadlineAt } = check.state;
  const deadline = deadlineAt === null ? "no deadline" : `deadline ${clock(deadlineAt)}`;
  return [
    `${clock(at)}  ${describeEvent(event)}  → ${status}, ${deadline}`,
    ...effects.map((effect) => `                          ${readable(JSON.stringify(effect))}`),
  ];
}

function describeEvent(event: Event): string {
  switch (event.kind) {
    case "ping": {
      const { id, kind, at, rid, host } = event.ping;
      return `${kind} ${id} stamped ${clock(at)}${rid === null ? "" : ` run ${rid.slice(0, 8)}`} host ${host}`;
    }
    case "time":
      return `time up to ${clock(event.now)}`;
    case "outage":
      return `outage ${clock(event.from)} … ${clock(event.until)}`;
    case "edit":
      return `edit ${JSON.stringify(event.settings)}`;
    case "pause":
    case "resume":
    case "undo-pause":
    case "baseline-reset":
    case "clock-set-back":
    case "maintenance":
      return event.kind;
  }
}

/** Writes the epoch milliseconds in a sentence as dates and times. */
export function readable(text: string): string {
  return text.replace(/\b1[6-9]\d{11}\b/g, (digits) => clock(Number(digits)));
}

/** An instant as "2026-03-29 01:00:00.000Z". */
export function clock(at: Instant): string {
  return new Date(at).toISOString().replace("T", " ");
}
