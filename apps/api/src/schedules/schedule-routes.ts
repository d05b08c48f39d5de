import { explain, ScheduleInput, timezones } from "@overdue/core";
import { z } from "zod";

import { body, createRouter, json, route } from "../http/route.ts";
import { Timestamp } from "../http/time.ts";

const NEXT_TIMES = 5;

const ScheduleQuestion = z.strictObject({ schedule: ScheduleInput }).meta({ id: "ScheduleQuestion" });
const Mark = z.enum(["skipped", "moved", "doubled"]);
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
          affected: z.array(z.object({ local: z.string(), mark: Mark })),
          affectedCount: z.int(),
        }),
      )
      .meta({ description: "The next changes of the zone's clocks, and what they do to the schedule." }),
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
        description: "The next five times, and what is wrong with it where it cannot be used.",
        tags,
        request: { body: body(ScheduleQuestion) },
        responses: { 200: json(ScheduleExplanation, "What the schedule means.") },
      },
    ),
    (c) => {
      const { schedule } = c.req.valid("json");
      const { text, next, changes } = explain(schedule, { from: c.var.deps.now(), count: NEXT_TIMES });
      return c.json({ text, next: next.map(dated), changes: changes.map(dated) }, 200);
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

function dated<T extends { at: number }>(from: T): Omit<T, "at"> & { at: string } {
  return { ...from, at: new Date(from.at).toISOString() };
}
