import { ReasonInput } from "@overdue/core";
import type { RouteConfig } from "@hono/zod-openapi";
import { z } from "zod";

const At = z.iso.datetime().nullable();
const Named = z.object({ id: z.string(), name: z.string() });

/** What a webhook without a body of its own receives; `packages/channels` builds it. */
export const WebhookEvent = z
  .object({
    type: z
      .enum([
        "check.down",
        "check.up",
        "check.reminder",
        "check.run",
        "check.notice",
        "test",
        "report",
        "system",
      ])
      .meta({
        description: "Show `title` and `text` to people for a type that you do not know.",
      }),
    timestamp: At.meta({ description: "When it happened." }),
    data: z.object({
      delivery_id: z
        .uuid()
        .meta({ description: "The same when an attempt is repeated, as `webhook-id` is." }),
      project: Named,
      channel: Named,
      check: Named.extend({
        uuid: z.uuid().meta({ description: "The one in its ping URL and in /api/v3." }),
        slug: z.string(),
        tags: z.array(z.string()),
        url: z.string().meta({ description: "Its page." }),
      }).nullable(),
      incident_id: z.uuid().nullable(),
      status: z.enum(["down", "up"]).nullable(),
      title: z.string().meta({ description: "One line for people." }),
      text: z.string().meta({ description: "The whole message for people, as plain text." }),
      reason: ReasonInput.nullable().meta({ description: "Why it is down or, of a recovery, was down." }),
      timezone: z.string().nullable(),
      expected_at: At,
      deadline_at: At,
      last_heard_at: At.meta({ description: "When the last ping came." }),
      last_heard_kind: z.string().nullable().meta({ description: "Kind of the last ping." }),
      exit_status: z.int().nullable(),
      exit_meaning: z.string().nullable(),
      down_since: At,
      down_seconds: z.int().nullable().meta({ description: "Of a recovery: how long it was down." }),
      run: z
        .object({
          outcome: z.enum(["success", "fail", "lost"]),
          started_at: At,
          ended_at: At,
          duration_seconds: z.number().nullable(),
          exit_status: z.int().nullable(),
          host: z.string().nullable(),
        })
        .optional()
        .meta({ description: "Only in `check.run`." }),
      notice: z
        .object({ kind: z.string(), at: At })
        .optional()
        .meta({ description: "Only in `check.notice`: a reason, or `edited`." }),
      output: z.string().nullable().meta({ description: "The end of what the job printed." }),
      may_repeat: z.boolean().meta({ description: "An earlier attempt may have arrived." }),
    }),
  })
  .meta({ id: "WebhookEvent", description: "Fields may be added; none changes its meaning." });

/** The `webhooks` section of the OpenAPI document: what a channel of the kind webhook sends to its address. */
export const ALERT_WEBHOOK: RouteConfig = {
  method: "post",
  path: "alert",
  summary: "An alert, to a channel of the kind webhook",
  description:
    "Signed by Standard Webhooks with the channel's own secret. Any answer from 200 to 299 takes it; 410 ends the channel; others are tried again for 24 hours.",
  tags: ["Channels"],
  request: {
    headers: z.object({
      "webhook-id": z.string().meta({ description: "The delivery: the same when an attempt is repeated." }),
      "webhook-timestamp": z.string().meta({ description: "When this attempt was made, in seconds." }),
      "webhook-signature": z.string().meta({
        description: "`v1,` and the base64 of HMAC-SHA256 over `<webhook-id>.<webhook-timestamp>.<body>`.",
      }),
    }),
    body: { required: true, content: { "application/json": { schema: WebhookEvent } } },
  },
  responses: { 200: { description: "Taken." }, 410: { description: "The address is gone." } },
};
