import { TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { MEMBER_IN_PERSON, READ } from "../http/access.ts";
import { IfMatch, tagged, versionIn } from "../http/etag.ts";
import { InProject } from "../http/params.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { ChoicePatch, ChoiceView, choiceView } from "./choice-view.ts";
import { ReportView } from "./report-view.ts";
import { changeChoice, choiceOf, sendReport, viewReport } from "./report-verbs.ts";

const tags = ["Reports"];
const ReportQuery = z.object({
  period: z
    .string()
    .max(10)
    .optional()
    .meta({ description: "A week or a month, such as 2026-W47 or 2026-11; without: the last that is over." }),
  every: z
    .enum(["week", "month"])
    .default("month")
    .meta({ description: "Which one, where no period is named." }),
  timezone: TimezoneInput.optional().meta({
    description: "By whose clock it begins; without: the project's.",
  }),
});
const Sent = z.object({ deliveryId: z.uuid() }).meta({ id: "ReportSent" });

export const reportRoutes = createRouter()
  .openapi(
    route(READ, {
      method: "get",
      path: "/v1/projects/{projectId}/report",
      summary: "Read the report of a week or a month",
      description: "What is down, paused or broken is told as it is now; all else as it was in the period.",
      tags,
      request: { params: InProject, query: ReportQuery },
      responses: { 200: json(ReportView, "The report, beside the figures of the period before.") },
    }),
    async (c) => c.json(await viewReport(c, c.req.valid("param").projectId, c.req.valid("query")), 200),
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "get",
      path: "/v1/projects/{projectId}/my-report",
      summary: "Read how often you get the report",
      description: "Owners get it each month until they choose otherwise, others only where they choose it.",
      tags,
      request: { params: InProject },
      responses: { 200: json(ChoiceView, "Your choice; its version is the ETag.") },
    }),
    async (c) => {
      const choice = await choiceOf(c, c.req.valid("param").projectId);
      return c.json(tagged(c, choiceView(choice, standing(c.var.deps))), 200);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "patch",
      path: "/v1/projects/{projectId}/my-report",
      summary: "Choose how often you get the report",
      description: "For yourself alone. Writes only the fields that are sent.",
      tags,
      request: { params: InProject, headers: IfMatch, body: body(ChoicePatch) },
      responses: { 200: json(ChoiceView, "Your choice as it is now.") },
    }),
    async (c) => {
      const version = versionIn(c.req.valid("header"));
      const { projectId } = c.req.valid("param");
      const { every, timezone } = c.req.valid("json");
      const patch = { ...(every !== undefined && { every }), ...(timezone !== undefined && { timezone }) };
      const choice = await changeChoice(c, projectId, { patch, version });
      return c.json(tagged(c, choiceView(choice, standing(c.var.deps))), 200);
    },
  )
  .openapi(
    route(MEMBER_IN_PERSON, {
      method: "post",
      path: "/v1/projects/{projectId}/my-report/send",
      summary: "Send yourself the newest report now",
      description: "To the address of your account, the way that every report goes.",
      tags,
      request: { params: InProject },
      responses: { 202: json(Sent, "It is queued.") },
    }),
    async (c) => c.json({ deliveryId: await sendReport(c, c.req.valid("param").projectId) }, 202),
  );

function standing({ settings, now }: { settings: { mail: boolean }; now: () => number }) {
  return { mail: settings.mail, now: now() };
}
