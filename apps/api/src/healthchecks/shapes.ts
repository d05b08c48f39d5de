import { z } from "zod";

import type { Success } from "./endpoint.ts";

const Seconds = z.int().meta({ description: "Seconds." });
const When = z.string().meta({ example: "2026-03-29T01:00:00+00:00" });
const ForWriters = "Only for a key that may write.";

/** A check as Healthchecks' clients know it. */
const CheckShape = z
  .strictObject({
    name: z.string(),
    slug: z.string(),
    tags: z.string().meta({ description: "Separated by spaces." }),
    desc: z.string(),
    grace: Seconds,
    n_pings: z.int(),
    status: z.enum(["new", "up", "grace", "down", "paused", "started"]),
    started: z.boolean(),
    last_ping: When.nullable(),
    next_ping: When.nullable(),
    manual_resume: z.boolean(),
    methods: z.enum(["", "POST"]),
    subject: z.string(),
    subject_fail: z.string(),
    start_kw: z.string(),
    success_kw: z.string(),
    failure_kw: z.string(),
    filter_subject: z.boolean(),
    filter_body: z.boolean(),
    filter_http_body: z.boolean(),
    filter_default_fail: z.boolean(),
    badge_url: z.string(),
    last_duration: Seconds.optional(),
    unique_key: z.string().optional().meta({ description: "Only for a key that may only read." }),
    uuid: z.uuid().optional().meta({ description: ForWriters }),
    ping_url: z.string().optional().meta({ description: ForWriters }),
    update_url: z.string().optional().meta({ description: ForWriters }),
    pause_url: z.string().optional().meta({ description: ForWriters }),
    resume_url: z.string().optional().meta({ description: ForWriters }),
    channels: z
      .string()
      .optional()
      .meta({ description: "Ids, separated by commas. " + ForWriters }),
    timeout: Seconds.optional(),
    schedule: z.string().optional().meta({ description: "Cron or OnCalendar, if there is no timeout." }),
    tz: z.string().optional(),
  })
  .meta({ id: "HealthchecksCheck" });

const PingShape = z.strictObject({
  type: z.enum(["start", "success", "fail", "log", "ign"]),
  date: When,
  n: z.int(),
  scheme: z.string(),
  remote_addr: z.string().nullable(),
  method: z.string(),
  ua: z.string(),
  rid: z.string().nullable(),
  body_url: z.string().nullable(),
  duration: z.number().optional(),
});

const FlipShape = z.strictObject({ timestamp: When, up: z.union([z.literal(0), z.literal(1)]) });
const ChannelShape = z.strictObject({ id: z.uuid(), name: z.string(), kind: z.string() });
const BadgeUrls = z.strictObject({
  svg: z.string(),
  svg3: z.string(),
  json: z.string(),
  json3: z.string(),
  shields: z.string(),
  shields3: z.string(),
});
const BadgeStatus = z.enum(["up", "late", "down"]);

export const CHECK = json(CheckShape);
export const CHECKS = json(z.strictObject({ checks: z.array(CheckShape) }));
export const PINGS = json(z.strictObject({ pings: z.array(PingShape) }));
export const FLIPS = json(z.strictObject({ flips: z.array(FlipShape) }));
export const CHANNELS = json(z.strictObject({ channels: z.array(ChannelShape) }));
export const BADGES = json(z.strictObject({ badges: z.record(z.string(), BadgeUrls) }));
export const SERVICE_METRICS = json(
  z.strictObject({
    ts: z.int(),
    max_ping_id: z.int(),
    max_notification_id: z.int(),
    num_unprocessed_flips: z.int(),
  }),
);
export const TEXT: Success = { content: { "text/plain": z.string() } };
export const BADGE: Success = {
  content: {
    "image/svg+xml": z.string(),
    "application/json": z.union([
      z.strictObject({ status: BadgeStatus, total: z.int(), grace: z.int(), down: z.int() }),
      z.strictObject({
        schemaVersion: z.literal(1),
        label: z.string(),
        message: BadgeStatus,
        color: z.enum(["success", "important", "critical"]),
      }),
    ]),
  },
};

/** The body of a refusal, if it has one. */
export const Refusal = z.strictObject({ error: z.string() }).meta({ id: "HealthchecksError" });

function json(schema: z.ZodType): Success {
  return { content: { "application/json": schema } };
}
