import { lastPeriod, type Period, periodAfter, periodBefore, periodNamed } from "@overdue/core";
import {
  editReportChoice,
  findProject,
  findReportChoice,
  type MemberRef,
  queueReportNow,
  readReport,
  type ReportChoice,
  reportsWithinMinute,
  ReportTooLarge,
} from "@overdue/db";

import { type AppContext, personOf } from "../http/context.ts";
import { unlessStale } from "../http/etag.ts";
import { ApiError } from "../http/problem.ts";
import { UNVERIFIED } from "./choice-view.ts";
import { reportView } from "./report-view.ts";

const MOST_A_MINUTE = 5;

type Asked = { every: "week" | "month"; period?: string | undefined; timezone?: string | undefined };

/** The project's report of a period; of the newest that is over, where none is named. @throws 400, 404 */
export async function viewReport(
  c: AppContext,
  projectId: string,
  { every, period: label, timezone }: Asked,
) {
  const project = await findProject(c.var.deps.db, projectId);
  if (project === null) throw ApiError.notFound("project");
  const now = c.var.deps.now();
  const zone = timezone ?? project.timezone;
  const period = label === undefined ? lastPeriod(every, now, zone) : periodNamed(label, zone);
  if (period === null || period.from > now)
    throw ApiError.invalid("period", "Name a week or a month that has begun, such as 2026-W47 or 2026-11.");
  const until = Math.min(period.until, now);
  const query = { projectId, span: { from: period.from, until }, before: periodBefore(period) };
  const report = await unlessTooLarge(() => readReport(c.var.deps.db, query));
  return reportView(report, { period, until, ...neighbours(period, now) });
}

/** What the person who asks has chosen. @throws 404 */
export async function choiceOf(c: AppContext, projectId: string): Promise<ReportChoice> {
  const choice = await findReportChoice(c.var.deps.db, memberOf(c, projectId));
  if (choice === null) throw ApiError.notFound("project");
  return choice;
}

type Edit = { patch: Parameters<typeof editReportChoice>[2]["edit"]; version: number | null };

/** Writes what was sent. @throws 404, 412 */
export async function changeChoice(c: AppContext, projectId: string, { patch, version }: Edit) {
  const edit = { edit: patch, version, now: c.var.deps.now() };
  const edited = await unlessStale("choice", () =>
    editReportChoice(c.var.deps.db, memberOf(c, projectId), edit),
  );
  if (!edited) throw ApiError.notFound("project");
  return await choiceOf(c, projectId);
}

/** Sends whoever asks the newest report at once: the month's where none is chosen. @throws 409, 429 */
export async function sendReport(c: AppContext, projectId: string): Promise<string> {
  const { db, keyring, settings, now } = c.var.deps;
  if (!settings.mail)
    throw new ApiError("conflict", "No mail server is set: the operator must set SMTP_URL.");
  if ((await reportsWithinMinute(db, projectId)) >= MOST_A_MINUTE)
    throw new ApiError("too_many_requests", "Five reports a minute are the most: wait a little.");
  // Nothing may be stored yet; a row gives the mail the link that ends such mails.
  const choice = await changeChoice(c, projectId, { patch: {}, version: null });
  const { every, timezone, projectTimezone, email, id, isVerified } = choice;
  if (!isVerified) throw new ApiError("conflict", UNVERIFIED);
  const period = lastPeriod(every === "none" ? "month" : every, now(), timezone ?? projectTimezone);
  return await unlessTooLarge(() =>
    queueReportNow(db, keyring, { projectId, reportId: id ?? "", email, period }),
  );
}

function memberOf(c: AppContext, projectId: string): MemberRef {
  return { projectId, userId: personOf(c).userId };
}

function neighbours(period: Period, now: number) {
  const after = periodAfter(period);
  return {
    isOver: period.until <= now,
    previous: periodBefore(period).label,
    next: after.from <= now ? after.label : null,
  };
}

async function unlessTooLarge<T>(make: () => Promise<T>): Promise<T> {
  try {
    return await make();
  } catch (cause) {
    if (!(cause instanceof ReportTooLarge)) throw cause;
    throw new ApiError("unavailable", "Summing it up took too long: ask for a week, or try again later.", {
      cause,
    });
  }
}
