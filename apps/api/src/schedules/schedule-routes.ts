import { explain, ScheduleReadingInput, ScheduleShape, timezones } from "@overdue/schedules";
import { z } from "zod";

import { body, createRouter, json, route } from "../http/route.ts";
import { Timestamp, iso } from "../http/schemas.ts";

const NEXT_TIMES = 5;

const ScheduleQuestion = z.strictObject({ schedule: ScheduleReadingInput }).meta({ id: "ScheduleQuestion" });
const ClockChangeEffect = z.enum(["skipped", "moved", "doubled"]);
const ScheduleExplanation = z
  .object({
    text: z.string().meta({ description: "The schedule in plain English." }),
    next: z.array(z.object({ at: Timestamp, local: z.string() })),
    changes: z
      .array(
        z.object({
          at: Timestamp,
          timezone: z.string(),
          text: z.string(),
          affected: z.array(z.object({ local: z.string(), mark: ClockChangeEffect })),
          affectedCount: z.int(),
        }),
      )
      .meta({ description: "The next changes of the zone's clocks, and what they do to the schedule." }),
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
      return c.json({ text, next: next.map(withIsoTime), changes: changes.map(withIsoTime), ...read }, 200);
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

function withIsoTime<T extends { at: number }>(from: T): Omit<T, "at"> & { at: string } {
  return { ...from, at: iso(from.at) };
}
