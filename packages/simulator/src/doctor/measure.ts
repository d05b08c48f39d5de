import { type CalendarSchedule, LIKELY_ZONES, nextAfter, type Schedule } from "@overdue/schedules";
import { examineSchedule, type Finding } from "@overdue/core";
import { makeHealthy, makeMisread, makeStranger, type Patient } from "./make.ts";

/** How many were examined, how many had a finding and the right one, and which had not. */
export type Measured = { checks: number; found: number; right: number; wrong: string[] };

/** Jobs in another zone than their check's: those whose zone is named. */
export function measureStrangers(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeStranger(seed, number), isZoneRight);
}

/** Jobs that another scheduler runs: those for which a scheduler with that reading is named. */
export function measureMisread(seed: number, checks: number): Measured {
  return measure(checks, (number) => makeMisread(seed, number), isReadingRight);
}

/** Healthy jobs: any finding is wrong. */
export function measureHealthy(seed: number, checks: number): Measured {
  return measure(
    checks,
    (number) => makeHealthy(seed, number),
    (_, findings) => findings.length === 0,
  );
}

function measure(
  checks: number,
  make: (number: number) => Patient,
  isRight: (patient: Patient, findings: readonly Finding[]) => boolean,
): Measured {
  const measured: Measured = { checks, found: 0, right: 0, wrong: [] };
  for (let number = 0; number < checks; number += 1) {
    const patient = make(number);
    const findings = examineSchedule(patient.settings, patient.runs);
    if (findings.length > 0) measured.found += 1;
    if (isRight(patient, findings)) measured.right += 1;
    else measured.wrong.push(storyOf(patient, findings));
  }
  return measured;
}

/** The true zone, or one that cannot be found from it by these runs and that more hosts live in. */
function isZoneRight(patient: Patient, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  const truth = patient.truth as CalendarSchedule;
  if (named === null || named.expression !== truth.expression) return false;
  if (named.timezone === truth.timezone) return true;
  return isSameOver(patient, named) && rankOf(named.timezone) < rankOf(truth.timezone);
}

function isReadingRight(patient: Patient, findings: readonly Finding[]): boolean {
  const named = namedSchedule(findings);
  return (
    named !== null &&
    named.timezone === (patient.truth as CalendarSchedule).timezone &&
    isSameOver(patient, named)
  );
}

function namedSchedule(findings: readonly Finding[]): CalendarSchedule | null {
  const schedule = findings[0]?.edit?.schedule;
  return findings.length === 1 && schedule !== undefined && schedule.kind !== "interval" ? schedule : null;
}

function rankOf(timezone: string): number {
  const rank = LIKELY_ZONES.findIndex((zone) => zone.timezone === timezone);
  return rank < 0 ? Infinity : rank;
}

/** Whether both have the same times from before the first run to after the last one. */
function isSameOver({ truth, runs }: Patient, named: Schedule): boolean {
  const instants = runs.map(({ startedAt, endedAt }) => startedAt ?? endedAt ?? 0);
  const [first, last] = [Math.min(...instants), Math.max(...instants)];
  for (let at: number | null = first; at !== null && at < last; at = nextAfter(truth, at))
    if (nextAfter(truth, at) !== nextAfter(named, at)) return false;
  return true;
}

function storyOf({ id, settings, truth, runs }: Patient, findings: readonly Finding[]): string {
  const found = findings.map(({ kind, sentence, edit }) => `${kind}: ${sentence} ${JSON.stringify(edit)}`);
  return `${id}: ${JSON.stringify(settings.schedule)}, grace ${settings.graceSeconds} s, ${runs.length} runs of ${JSON.stringify(truth)}: ${found.join("; ") || "nothing"}`;
}
