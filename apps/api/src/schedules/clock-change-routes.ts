import { setImmediate } from "node:timers/promises";

import { checkName } from "@overdue/core";
import { listSchedules, type ScheduledCheck } from "@overdue/db";
import {
  type ClockChange,
  DEFAULT_SCHEDULER,
  explain,
  forecastOf,
  isReadable,
  schedulerNamed,
} from "@overdue/schedules";
import { z } from "zod";

import { READ } from "../http/access.ts";
import { createRouter, json, route } from "../http/route.ts";
import { InProject, iso, Timestamp } from "../http/schemas.ts";
import { ClockChangeMark } from "./schedule-routes.ts";

/** So long this thread works on forecasts before pings that have come meanwhile go first. */
const TURN_MS = 10;

const CheckForecast = z
  .object({
    checkId: z.uuid(),
    checkName: z.string(),
    status: z.enum(["new", "up", "down", "paused"]),
    scheduleText: z.string(),
    scheduler: z
      .string()
      .nullable()
      .meta({ description: "The label of what runs the job; null for systemd." }),
    at: Timestamp.meta({ description: "When the clocks change." }),
    timezone: z.string(),
    text: z.string().meta({ description: "The change, by the zone's own clock." }),
    effect: z.string().meta({ description: "What becomes of the runs, in sentences." }),
    marks: z.array(ClockChangeMark).meta({ description: "What becomes of them, each kind once." }),
  })
  .meta({ id: "CheckForecast" });

export const clockChangeRoutes = createRouter().openapi(
  route(READ, {
    method: "get",
    path: "/v1/projects/{projectId}/clock-changes",
    summary: "Forecast clock changes",
    description:
      "The checks of a project whose next clock change will skip, move or double a run, with what is expected instead.",
    tags: ["Checks"],
    request: { params: InProject },
    responses: {
      200: json(
        z.object({
          items: z.array(CheckForecast),
          looked: z.int().meta({ description: "How many checks with a time zone were looked at." }),
        }),
        "Forecasts, the next change first.",
      ),
    },
  }),
  async (c) => {
    const { db, now } = c.var.deps;
    const checks = await listSchedules(db, c.req.valid("param").projectId);
    const items: z.infer<typeof CheckForecast>[] = [];
    let turnEnds = performance.now() + TURN_MS;
    for (const check of checks) {
      const change = isReadable(check.schedule) ? forecastOf(check.schedule, now()) : null;
      if (change !== null) items.push(forecastView(check, change));
      if (performance.now() < turnEnds) continue;
      await setImmediate();
      turnEnds = performance.now() + TURN_MS;
    }
    const sorted = items.toSorted(
      (one, other) => one.at.localeCompare(other.at) || one.checkName.localeCompare(other.checkName),
    );
    const looked = checks.filter(({ schedule }) => schedule.kind !== "interval").length;
    return c.json({ items: sorted, looked }, 200);
  },
);

function forecastView(
  { schedule, ...check }: ScheduledCheck,
  { at, timezone, text, effect, affected }: ClockChange,
): z.infer<typeof CheckForecast> {
  const id = schedule.kind === "cron" ? (schedule.scheduler ?? DEFAULT_SCHEDULER) : null;
  return {
    checkId: check.id,
    checkName: checkName(check),
    status: check.status,
    scheduleText: explain(schedule, { from: at, count: 0 }).text,
    scheduler: id === null ? null : schedulerNamed(id).label,
    at: iso(at),
    timezone,
    text,
    effect,
    marks: [...new Set(affected.map(({ mark }) => mark))],
  };
}
