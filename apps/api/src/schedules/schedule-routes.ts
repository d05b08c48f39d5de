import {
  type ClockChange,
  explain,
  ScheduleReadingInput,
  ScheduleShape,
  timezones,
} from "@overdue/schedules";
import { z } from "zod";

import { body, createRouter, json, route } from "../http/route.ts";
import { Timestamp, iso } from "../http/schemas.ts";

const NEXT_TIMES = 5;

const ScheduleQuestion = z.strictObject({ schedule: ScheduleReadingInput }).meta({ id: "ScheduleQuestion" });
const Occurrence = z.object({ at: Timestamp, local: z.string() });
const ClockChangeView = z
  .object({
    at: Timestamp,
    timezone: z.string(),
    text: z.string(),
    effect: z.string().meta({ description: "What becomes of the runs, in sentences." }),
    affected: z
      .array(
        z.object({
          local: z.string(),
          mark: z.enum(["skipped", "moved", "doubled", "once", "extra"]),
          pass: z.enum(["first", "second"]).optional().meta({
            description: "The pass of the repeated hour in which it runs, where that is one.",
          }),
          runs: z
            .array(Occurrence)
            .meta({ description: "When it runs: not at all, once, or in both passes." }),
        }),
      )
      .meta({ description: "The first ten times that it touches." }),
    affectedCount: z.int(),
  })
  .meta({ id: "ClockChange" });
const ScheduleExplanation = z
  .object({
    text: z.string().meta({ description: "The schedule in plain English." }),
    next: z.array(Occurrence),
    changes: z.array(ClockChangeView).meta({
      description: "The next two changes of the zone's clocks, and what the scheduler does with the runs.",
    }),
    schedule: ScheduleShape.meta({
      description:
        "The schedule as it was read and would be stored: without the comments, the command and the zone of a pasted line.",
    }),
    suggestedName: z.string().nullable().meta({
      description: "A name for the check, from the command or the unit in a pasted text.",
    }),
    suggestedJitterSeconds: z.int().nullable().meta({ description: "RandomizedDelaySec of a pasted timer." }),
    notes: z.array(z.string()).meta({ description: "What was left out of a pasted text, a sentence each." }),
  })
  .meta({ id: "ScheduleExplanation" });
const tags = ["Schedules"];

export const scheduleRoutes = createRouter()
  .openapi(
    route(
      { auth: "signed-in", key: "read" },
      {
        method: "post",
        path: "/v1/schedules/explain",
        summary: "Explain a schedule",
        description:
          "The next five times, and what is wrong with it where it cannot be used. The expression may be pasted as it stands in a crontab, a systemd timer, a CronJob or a workflow: `schedule` in the answer is what was read.",
        tags,
        request: { body: body(ScheduleQuestion) },
        responses: { 200: json(ScheduleExplanation, "What the schedule means.") },
      },
    ),
    (c) => {
      const { schedule, name, jitterSeconds, notes } = c.req.valid("json").schedule;
      const { text, next, changes } = explain(schedule, { from: c.var.deps.now(), count: NEXT_TIMES });
      const read = {
        schedule,
        suggestedName: name,
        suggestedJitterSeconds: jitterSeconds,
        notes: [...notes],
      };
      return c.json(
        { text, next: next.map(withIsoTime), changes: changes.map(clockChangeView), ...read },
        200,
      );
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/v1/timezones",
        summary: "List time zones",
        tags,
        responses: {
          200: json(z.object({ items: z.array(z.string()) }), "Names that a schedule may carry."),
        },
      },
    ),
    (c) => c.json({ items: [...timezones] }, 200),
  );

/** A clock change as the API answers it. */
export function clockChangeView(change: ClockChange): z.infer<typeof ClockChangeView> {
  const affected = change.affected.map(({ runs, ...time }) => ({ ...time, runs: runs.map(withIsoTime) }));
  return { ...change, at: iso(change.at), affected };
}

function withIsoTime<T extends { at: number }>(from: T): Omit<T, "at"> & { at: string } {
  return { ...from, at: iso(from.at) };
}
