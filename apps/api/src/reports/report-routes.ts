import {
  lastPeriod,
  NO_MAIL_SERVER,
  type Period,
  periodAfter,
  periodBefore,
  periodNamed,
} from "@overdue/core";
import {
  editReportChoice,
  findProject,
  findReportChoice,
  findStopped,
  type MemberRef,
  queueReportNow,
  readReport,
  type ReportChoice,
  reportsWithinMinute,
  stopReports,
} from "@overdue/db";
import { TimezoneInput } from "@overdue/schedules";
import { z } from "zod";

import { MEMBER_IN_PERSON, READ } from "../http/access.ts";
import { type AppContext, requirePerson } from "../http/context.ts";
import { expectedVersion, IfMatch, requireFound, withETag } from "../http/edits.ts";
import { guard } from "../http/guard.ts";
import { type LinkPage, showPage } from "../http/link-page.ts";
import { ApiError } from "../http/problem.ts";
import { body, createRouter, json, route } from "../http/route.ts";
import { InProject } from "../http/schemas.ts";
import { ChoicePatch, ChoiceView, choiceView, reportView, ReportView, UNVERIFIED } from "./report-view.ts";

const MOST_A_MINUTE = 5;

type Asked = { every: "week" | "month"; period?: string | undefined; timezone?: string | undefined };

/** The project's report of a period; of the newest that is over, where none is named. @throws 400, 404 */
async function viewReport(c: AppContext, projectId: string, { every, period: label, timezone }: Asked) {
  const project = await findProject(c.var.deps.db, projectId);
  if (project === null) throw ApiError.notFound("project");
  const now = c.var.deps.now();
  const zone = timezone ?? project.timezone;
  const period = label === undefined ? lastPeriod(every, now, zone) : periodNamed(label, zone);
  if (period === null || period.from > now)
    throw ApiError.invalid("period", "Name a week or a month that has begun, such as 2026-W47 or 2026-11.");
  const until = Math.min(period.until, now);
  const query = { projectId, span: { from: period.from, until }, before: periodBefore(period) };
  const report = await readReport(c.var.deps.longReads.db, query);
  return reportView(report, { period, until, ...neighbours(period, now) });
}

/** What the person who asks has chosen. @throws 404 */
async function readChoice(c: AppContext, projectId: string): Promise<ReportChoice> {
  const choice = await findReportChoice(c.var.deps.db, callingMember(c, projectId));
  if (choice === null) throw ApiError.notFound("project");
  return choice;
}

type Edit = { patch: Parameters<typeof editReportChoice>[2]["edit"]; version: number | null };

/** Writes what was sent. @throws 404, 412 */
async function changeChoice(c: AppContext, projectId: string, { patch, version }: Edit) {
  const edit = { edit: patch, version, now: c.var.deps.now() };
  requireFound("project", await editReportChoice(c.var.deps.db, callingMember(c, projectId), edit));
  return await readChoice(c, projectId);
}

/** Sends the caller the newest report at once: the month's where none is chosen. @throws 409, 429 */
async function sendReport(c: AppContext, projectId: string): Promise<string> {
  const { db, keyring, settings, now } = c.var.deps;
  if (!settings.mail) throw new ApiError("conflict", NO_MAIL_SERVER);
  if ((await reportsWithinMinute(db, projectId)) >= MOST_A_MINUTE)
    throw new ApiError("too_many_requests", "Five reports a minute are the most: wait a little.");
  // Nothing may be stored yet; a row gives the mail the link that ends such mails.
  const choice = await changeChoice(c, projectId, { patch: {}, version: null });
  const { every, timezone, projectTimezone, email, id, isVerified } = choice;
  if (!isVerified) throw new ApiError("conflict", UNVERIFIED);
  const period = lastPeriod(every === "none" ? "month" : every, now(), timezone ?? projectTimezone);
  return await queueReportNow(db, keyring, { projectId, reportId: id ?? "", email, period });
}

function callingMember(c: AppContext, projectId: string): MemberRef {
  return { projectId, userId: requirePerson(c).userId };
}

function neighbours(period: Period, now: number) {
  const after = periodAfter(period);
  return {
    isOver: period.until <= now,
    previous: periodBefore(period).label,
    next: after.from <= now ? after.label : null,
  };
}

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
      description: "Shows what is down, paused or broken now; all else as it was in the period.",
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
      const choice = await readChoice(c, c.req.valid("param").projectId);
      return c.json(withETag(c, choiceView(choice, choiceOptions(c.var.deps))), 200);
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
      const version = expectedVersion(c.req.valid("header"));
      const { projectId } = c.req.valid("param");
      const { every, timezone, clockChanges } = c.req.valid("json");
      const patch = {
        ...(every !== undefined && { every }),
        ...(timezone !== undefined && { timezone }),
        ...(clockChanges !== undefined && { clockChanges }),
      };
      const choice = await changeChoice(c, projectId, { patch, version });
      return c.json(withETag(c, choiceView(choice, choiceOptions(c.var.deps))), 200);
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

function choiceOptions({ settings, now }: { settings: { mail: boolean }; now: () => number }) {
  return { mail: settings.mail, now: now() };
}

const STOP_PATH = "/reports/stop";

/**
 * What the link in every report leads to. Opening it changes nothing, since scanners of mail open links; a mail
 * program's own button posts here without asking (RFC 8058).
 */
export const stopRoutes = createRouter()
  .get(STOP_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findSubscription(c);
    return showPage(
      c,
      found === null ? UNKNOWN_SUBSCRIPTION : (found.stopped ? donePage : askingPage)(found),
    );
  })
  .post(STOP_PATH, guard({ auth: "self-checked" }), async (c) => {
    const found = await findSubscription(c);
    if (found === null) return showPage(c, UNKNOWN_SUBSCRIPTION);
    await stopReports(c.var.deps.db, found.reportId);
    return showPage(c, donePage(found));
  });

function findSubscription(c: AppContext) {
  const { db, keyring } = c.var.deps;
  return findStopped(db, keyring, new URL(c.req.url).searchParams);
}

const UNKNOWN_SUBSCRIPTION: LinkPage = {
  status: 404,
  title: "This link leads nowhere",
  sentences: ["It was not made by this instance, or you are no member of the project any more."],
  button: null,
  address: null,
};

function askingPage({ projectName }: { projectName: string }): LinkPage {
  return {
    status: 200,
    title: "Stop these reports?",
    sentences: [`You get no more reports of the project “${projectName}”. Its alerts come as before.`],
    button: "Stop these reports",
    address: null,
  };
}

function donePage({ projectName }: { projectName: string }): LinkPage {
  return {
    status: 200,
    title: "No more reports",
    sentences: [
      `You get no more reports of the project “${projectName}”. Its settings page brings them back.`,
    ],
    button: null,
    address: null,
  };
}
