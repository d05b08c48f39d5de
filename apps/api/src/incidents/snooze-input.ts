import { type Snooze, snoozedUntil } from "@overdue/core";
import { findProject } from "@overdue/db";
import { canonicalTimezone, DAY_MS } from "@overdue/schedules";
import { z } from "zod";

import type { AppContext } from "../http/context.ts";
import { ApiError } from "../http/problem.ts";
import { InstantInput } from "../http/schemas.ts";

const YEAR_MS = 365 * DAY_MS;

/** For how long a person does not want to be notified of an incident. */
export const SnoozeInput = z
  .union([
    z.strictObject({
      for: z.enum(["30m", "2h", "tomorrow", "recovery"], {
        error: "Say for how long: 30m, 2h, tomorrow (9:00) or recovery.",
      }),
      timezone: z
        .string()
        .refine(
          (name) => canonicalTimezone(name) !== null,
          "There is no such time zone: use one such as Europe/Berlin.",
        )
        .optional()
        .meta({ description: "For tomorrow 9:00; without it the project's." }),
    }),
    z.strictObject({ until: InstantInput }),
  ])
  .meta({ id: "Snooze" });

/** Until when a snooze lasts. @throws 400 for an instant that has passed or is more than a year ahead */
export async function snoozeEnd(
  c: AppContext,
  projectId: string,
  input: { for: Snooze; timezone?: string | undefined } | { until: string },
): Promise<number> {
  const now = c.var.deps.now();
  if ("for" in input) {
    const timezone = input.timezone ?? (await findProject(c.var.deps.db, projectId))?.timezone ?? "UTC";
    return snoozedUntil(input.for, now, timezone);
  }
  const until = Date.parse(input.until);
  if (until <= now) throw ApiError.invalid("until", "This instant has passed: choose a later one.");
  if (until > now + YEAR_MS)
    throw ApiError.invalid(
      "until",
      'Use at most a year, or "for": "recovery" to snooze it until it recovers.',
    );
  return until;
}
