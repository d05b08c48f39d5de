import {
  FAMILIES,
  INTERVAL_SCHEDULERS,
  OVERLAP_RULES,
  ScheduleReadingInput,
  ScheduleShape,
  DEFAULT_SCHEDULER,
  schedulerId,
  SCHEDULERS,
  setupChoiceTexts,
  TimezoneInput,
  timezones,
} from "@overdue/schedules";
import { z } from "zod";

import { heavyTask } from "../http/heavy-task.ts";
import { clientAddressGroup, refuseIfLimited } from "../http/rate-limits.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { Timestamp } from "../http/schemas.ts";
import { meaningOf } from "./readings.ts";

const COMPARED_MAX = 6;
const TEXT_LENGTH_MAX = 2000;
const LINE_TOO_HEAVY =
  "Working out when this line runs takes too long: shorten it, or ask for fewer schedulers.";
const OVERLOADED = "Other lines are being read: send this again in a few seconds.";

const ScheduleQuestion = z.strictObject({ schedule: ScheduleReadingInput }).meta({ id: "ScheduleQuestion" });
const Occurrence = z.object({ at: Timestamp, local: z.string() });
export const ClockChangeMark = z.enum(["skipped", "moved", "doubled", "once", "extra"]);
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
          mark: ClockChangeMark,
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
const Meaning = z.object({
  text: z.string().meta({ description: "The schedule in plain English." }),
  next: z.array(Occurrence),
  changes: z.array(ClockChangeView).meta({
    description: "The next two changes of the zone's clocks, and what the scheduler does with the runs.",
  }),
  lints: z
    .array(z.object({ code: z.enum(["refused", "never", "otherwise", "drawn"]), message: z.string() }))
    .meta({
      description:
        "What is odd about a cron line: it never runs, is read otherwise than by plain cron, or has times that the scheduler draws by itself.",
    }),
  policy: z
    .object({ usual: z.array(z.string()), others: z.array(z.string()) })
    .meta({ description: "What the scheduler does with missed and overlapping runs, as it was measured." }),
});
const ScheduleExplanation = Meaning.extend({
  schedule: ScheduleShape.meta({
    description:
      "The schedule as it was read and would be stored: without the comments, the command and the zone of a pasted line.",
  }),
  suggestedName: z.string().nullable().meta({
    description: "A name for the check, from the command or the unit in a pasted text.",
  }),
  suggestedJitterSeconds: z.int().nullable().meta({ description: "RandomizedDelaySec of a pasted timer." }),
  notes: z.array(z.string()).meta({ description: "What was left out of a pasted text, a sentence each." }),
}).meta({ id: "ScheduleExplanation" });
const SetupsView = z
  .object({
    missed: z.array(z.object({ id: z.string(), text: z.string(), setting: z.string().nullable() })).meta({
      description:
        "Values of `setup.missed`, with what is made up after an outage, and the scheduler's own setting that `setup.withinSeconds` stands for.",
    }),
    overlap: z
      .array(z.object({ rule: z.enum(OVERLAP_RULES), text: z.string() }))
      .meta({ description: "Values of `setup.overlap`: what becomes of the next run while one goes on." }),
  })
  .meta({ id: "SchedulerSetups" });
const SchedulerView = z
  .object({
    id: z.string(),
    label: z.string(),
    family: z.enum(FAMILIES),
    names: z.array(z.string()).meta({ description: "Other names of it, and products that have it inside." }),
    version: z.string(),
    example: z.string(),
    setups: SetupsView,
  })
  .meta({ id: "Scheduler" });
const IntervalSchedulerView = z
  .object({ id: z.string(), label: z.string(), setups: SetupsView })
  .meta({ id: "IntervalScheduler" });
const Reading = z
  .object({
    scheduler: z.string().meta({ description: "The id of the scheduler that was asked for." }),
    label: z.string().meta({ description: "Its name, or that of a systemd timer where the text is one." }),
    expression: z.string().meta({
      description:
        "The line that was read: where the scheduler wants seconds before the fields, with a 0 for them.",
    }),
    refusal: z
      .string()
      .nullable()
      .meta({ description: "Why it does not take the line; null where it does." }),
    meaning: Meaning.nullable(),
  })
  .meta({ id: "ScheduleReading" });
const SchedulerName = z.string().refine((name) => schedulerId(name) !== null, {
  error: ({ input }) => `There is no scheduler “${String(input).slice(0, 50)}”: use one of /v1/schedulers.`,
});
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
      const read = {
        schedule,
        suggestedName: name,
        suggestedJitterSeconds: jitterSeconds,
        notes: [...notes],
      };
      return c.json({ ...meaningOf(schedule, c.var.deps.now()), ...read }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/v1/schedules/readings",
        summary: "Compare how schedulers read a line",
        description: `What up to ${COMPARED_MAX} schedulers make of one line, for anybody: nothing is stored. It has a limit of its own for each address.`,
        tags,
        request: {
          query: z.object({
            expression: z
              .string()
              .min(1, "Write a line, such as 30 2 * * *.")
              .max(TEXT_LENGTH_MAX, `Use at most ${TEXT_LENGTH_MAX} characters.`),
            timezone: TimezoneInput.default("UTC"),
            scheduler: z
              .union([SchedulerName, z.array(SchedulerName).max(COMPARED_MAX)])
              .default(DEFAULT_SCHEDULER)
              .meta({ description: `Its id; repeat it to compare several, at most ${COMPARED_MAX}.` }),
          }),
        },
        responses: { 200: json(z.object({ items: z.array(Reading) }), "A reading for each scheduler.") },
      },
    ),
    async (c) => {
      const { limits, now, workers } = c.var.deps;
      refuseIfLimited(c, await limits.readings(clientAddressGroup(c)), "Too many lines were explained.");
      const { scheduler, ...line } = c.req.valid("query");
      const asked = { ...line, schedulers: [...new Set([scheduler].flat())], now: now() };
      const task = workers.run("readLine", asked, clientAddressGroup(c));
      const items = await heavyTask(task, {
        tooHeavy: ["invalid_input", LINE_TOO_HEAVY],
        overloaded: OVERLOADED,
      });
      return c.json({ items }, 200);
    },
  )
  .openapi(
    route(
      { auth: "public" },
      {
        method: "get",
        path: "/v1/schedulers",
        summary: "List schedulers",
        description:
          "Programs whose reading of a cron line a schedule may name as its `scheduler`, and how each can be set up: a schedule may say that as its `setup`.",
        tags,
        responses: {
          200: json(
            z.object({
              items: z.array(SchedulerView),
              intervals: z
                .array(IntervalSchedulerView)
                .meta({ description: "Programs that an interval may name as its `scheduler`." }),
              oncalendar: SetupsView.meta({ description: "How a systemd timer can be set up." }),
            }),
            "Schedulers, families together.",
          ),
        },
      },
    ),
    (c) => c.json(LISTED, 200, { "cache-control": "public, max-age=3600" }),
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

const LISTED = {
  items: FAMILIES.flatMap((family) =>
    SCHEDULERS.filter((scheduler) => scheduler.family === family).map(
      ({ id, label, names, version, example }) => ({
        id,
        label,
        family,
        names: [...names],
        version,
        example,
        setups: setupChoiceTexts({ kind: "cron", scheduler: id }),
      }),
    ),
  ),
  intervals: INTERVAL_SCHEDULERS.map(({ id, label }) => ({
    id,
    label,
    setups: setupChoiceTexts({ kind: "interval", scheduler: id }),
  })),
  oncalendar: setupChoiceTexts({ kind: "oncalendar" }),
};
