import { TimezoneInput } from "@overdue/schedules";
import { nextReportAt } from "@overdue/core";
import type { ReportChoice } from "@overdue/db";
import { z } from "zod";

import { isoOrNull, Timestamp } from "../http/time.ts";

const Every = z
  .enum(["none", "week", "month"], { error: "Choose none, week or month." })
  .meta({ description: "A week's comes on Monday, a month's on its first day, at 9:00." });

export const UNVERIFIED =
  "Your address is not confirmed yet, so no report is sent: ask for the mail that confirms it.";

/** What a member chooses for themselves; only what is sent is written. */
export const ChoicePatch = z
  .strictObject({
    every: Every,
    timezone: TimezoneInput.nullable().meta({ description: "By whose clock; null: the project's." }),
  })
  .partial()
  .meta({ id: "ReportChoicePatch" });

export const ChoiceView = z
  .object({
    every: Every,
    timezone: z.string().nullable().meta({ description: "By whose clock; null: the project's." }),
    to: z.string().meta({ description: "The address of your account." }),
    dueAt: Timestamp.nullable().meta({ description: "When the next one comes; null: none is wanted." }),
    problem: z.string().nullable().meta({ description: "Why none arrives, where that is so." }),
    version: z.int(),
  })
  .meta({ id: "ReportChoice", description: "How often you get the project's report by mail." });

/** `mail`: a mail server is set. */
export function choiceView(
  choice: ReportChoice,
  { mail, now }: { mail: boolean; now: number },
): z.infer<typeof ChoiceView> {
  const { every, timezone, email, dueAt, version } = choice;
  const zone = timezone ?? choice.projectTimezone;
  const due = every === "none" ? null : (dueAt ?? nextReportAt(every, now, zone));
  return { every, timezone, to: email, dueAt: isoOrNull(due), problem: problemOf(choice, mail), version };
}

function problemOf({ brokenBecause, isVerified }: ReportChoice, mail: boolean): string | null {
  if (!mail) return "No mail server is set, so no report is sent: the operator must set SMTP_URL.";
  if (!isVerified) return UNVERIFIED;
  return brokenBecause === null ? null : `Mails to your address do not arrive: ${brokenBecause}`;
}
