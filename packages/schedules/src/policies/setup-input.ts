import { z } from "zod";
import { mayBeLeftOut } from "../exceptions/exceptions.ts";
import { FieldError } from "../schedule-error.ts";
import type { Schedule, Setup } from "../schedule.ts";
import { setupChoices } from "./policies.ts";
import { OVERLAP_RULES } from "./policy.ts";

const WITHIN_SECONDS_MAX = 31_536_000;
/** The set-up of the scheduler, as far as it is known. `missed`: the id of the set-up, which decides what becomes of missed runs. */
export const SetupInput = z.strictObject({
  missed: mayBeLeftOut(z.string({ error: "Write the name of a set-up, such as deadline." })),
  withinSeconds: mayBeLeftOut(
    z
      .int("Write the scheduler's own limit as a whole number of seconds.")
      .min(1, "Use at least 1 second.")
      .max(WITHIN_SECONDS_MAX, "Use at most 365 days (31536000 seconds)."),
  ),
  overlap: mayBeLeftOut(
    z.enum(OVERLAP_RULES, {
      error: `Write what happens to the next run: ${OVERLAP_RULES.slice(0, -1).join(", ")} or ${OVERLAP_RULES.at(-1)}.`,
    }),
  ),
});

/**
 * Removes an empty set-up, and refuses one that the scheduler does not have.
 * @throws FieldError that names the field
 */
export function withSetup(schedule: Schedule): Schedule {
  const { setup, ...bareSchedule } = schedule;
  if (setup === undefined || Object.keys(setup).length === 0) return bareSchedule as Schedule;
  refuseUnknownSetup(schedule, setup);
  return schedule;
}

function refuseUnknownSetup(schedule: Schedule, { missed, withinSeconds, overlap }: Setup): void {
  const choices = setupChoices(schedule);
  if (choices.missed.length + choices.overlap.length === 0)
    throw new FieldError(
      "setup",
      "Nothing is known of how this scheduler can be set up: leave the set-up out.",
    );
  const ids = choices.missed.map(({ policy }) => policy.id);
  if (missed !== undefined && !ids.includes(missed))
    throw new FieldError("setup.missed", unknownText(missed, ids));
  const limited = choices.missed.filter(
    ({ policy, setting }) => setting !== null && (missed === undefined || missed === policy.id),
  );
  if (withinSeconds !== undefined && limited.length === 0)
    throw new FieldError("setup.withinSeconds", "This set-up has no limit of its own: leave it out.");
  const rules: string[] = choices.overlap.map(({ rule }) => rule);
  if (overlap !== undefined && !rules.includes(overlap))
    throw new FieldError("setup.overlap", unknownText(overlap, rules));
}

function unknownText(name: string, known: readonly string[]): string {
  const way = known.length === 0 ? "leave it out" : `use ${known.join(", ")}, or leave it out`;
  return `This scheduler is never set up as “${name.slice(0, 50)}”: ${way}.`;
}
