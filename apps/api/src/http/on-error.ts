import {
  CircularDependency,
  classifyDatabaseError,
  type DatabaseProblem,
  HasProjects,
  InByOrganization,
  LastOwner,
  LostKey,
  ReportTooLarge,
  StaleVersion,
  OnlyUpdate,
  PlanLimitReached,
  TakenByPage,
  ProjectLimitReached,
  TooManyChannels,
  TooManyWindows,
  UnknownChannel,
  UnknownCheck,
  UnknownDependency,
  UnknownMaintainedCheck,
  UnknownOnPage,
  UnknownTarget,
} from "@overdue/db";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Logger } from "pino";
import type { ZodError } from "zod";

import type { AppEnv } from "./context.ts";
import { ApiError, codeForStatus, type FieldError, toProblem } from "./problem.ts";

export const RETRY_AFTER_SECONDS = 5;

const SENTENCES: Record<DatabaseProblem, string> = {
  away: "The database does not answer: try again in a moment.",
  "read-only": "The database is read-only at the moment, so nothing can be saved: try again later.",
  full: "The database has run out of disk or memory, so nothing can be saved: try again later.",
  slow: "The database took too long: try again in a moment.",
  contended: "Somebody else changed the same object at the same time: try again.",
};

/** The error for a request that failed because the database does not work for now; null for every other error. */
export function databaseProblem(error: unknown): ApiError | null {
  const passing = classifyDatabaseError(error);
  return passing === null ? null : new ApiError("unavailable", SENTENCES[passing], { cause: error });
}

/** Turns errors into responses. An unexpected error is logged, and its response is a 500 without details. */
export function errorHandler(log: Logger) {
  return (error: Error, c: Context<AppEnv>): Response => {
    const known = toApiError(error);
    if (known === null || known.status >= 500) {
      log.error({ err: error, method: c.req.method, route: c.req.routePath }, "request failed");
    }
    return problemResponse(
      known ?? new ApiError("internal", "Something went wrong here. It has been logged."),
    );
  };
}

export function notFound(): Response {
  return problemResponse(new ApiError("not_found", "There is nothing at this address."));
}

/** Reports the problems that zod found, by field. @throws 400; 404 for a malformed id in a path */
export function onInvalid(result: { success: boolean; target: string; error?: ZodError }): void {
  if (result.success || result.error === undefined) return;
  if (result.target === "param") throw new ApiError("not_found", "There is nothing at this address.");
  const errors = fieldErrors(result.error);
  const detail = errors
    .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))
    .join(" ");
  throw new ApiError("invalid_input", detail, { errors });
}

function fieldErrors(error: ZodError): FieldError[] {
  return error.issues.map((issue) => ({ field: issue.path.map(String).join("."), message: issue.message }));
}

function toApiError(error: Error): ApiError | null {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException) return new ApiError(codeForStatus(error.status), error.message);
  return refusedByDatabase(error) ?? databaseProblem(error);
}

function problemResponse(error: ApiError): Response {
  const headers = new Headers({ "content-type": "application/problem+json", "cache-control": "no-store" });
  if (error.code === "unauthorized") headers.set("www-authenticate", 'Bearer realm="overdue"');
  if (error.code === "unavailable") headers.set("retry-after", String(RETRY_AFTER_SECONDS));
  return new Response(JSON.stringify(toProblem(error)), { status: error.status, headers });
}

/** The error for a write or query that `packages/db` refused, by the class that it threw; null for any other class. */
function refusedByDatabase(error: Error): ApiError | null {
  if (error instanceof StaleVersion)
    return new ApiError("version_conflict", "Somebody else has changed this meanwhile: load it again.");
  return invalidReference(error) ?? limitReached(error) ?? conflict(error);
}

function invalidReference(error: Error): ApiError | null {
  if (error instanceof UnknownChannel)
    return ApiError.invalid("channelIds", "A channel is not in this project.");
  if (error instanceof UnknownCheck || error instanceof UnknownMaintainedCheck)
    return ApiError.invalid("checkIds", "A check is not in this project.");
  if (error instanceof UnknownTarget)
    return ApiError.invalid(error.field, `A ${error.what} named here is not in this project.`);
  if (error instanceof UnknownOnPage) return ApiError.invalid(error.field, UNKNOWN_ON_PAGE[error.field]);
  if (error instanceof UnknownDependency)
    return ApiError.invalid(
      "dependsOn",
      `“${error.named}” is not a check of this project, or several checks have this slug: use the check's id.`,
    );
  return error instanceof CircularDependency ? ApiError.invalid("dependsOn", circleSentence(error)) : null;
}

const UNKNOWN_ON_PAGE = {
  checkIds: "A check is not on this page: add it to the page first.",
  incidentId: "There is no such incident in this project.",
};

function circleSentence({ through }: CircularDependency): string {
  if (through === null) return "A check cannot depend on itself.";
  return `“${through}” depends on this check already, so neither would ever alert: remove one of the two dependencies.`;
}

function limitReached(error: Error): ApiError | null {
  if (error instanceof PlanLimitReached) return new ApiError("limit_reached", error.message);
  if (error instanceof TooManyChannels) return new ApiError("limit_reached", error.message);
  if (error instanceof TooManyWindows)
    return new ApiError(
      "limit_reached",
      "A project has at most 200 future maintenance windows: delete some.",
    );
  if (error instanceof ReportTooLarge)
    return new ApiError("unavailable", "The report took too long: ask for a week, or try again later.");
  return error instanceof ProjectLimitReached
    ? ApiError.invalid("name", "This project has as many of these as allowed: delete one first.")
    : null;
}

function conflict(error: Error): ApiError | null {
  if (error instanceof TakenByPage) return ApiError.invalid(error.field, error.message);
  if (error instanceof OnlyUpdate)
    return new ApiError("conflict", "This is the only update of its post: delete the post instead.");
  if (error instanceof LostKey) return new ApiError("conflict", error.message);
  if (error instanceof LastOwner)
    return new ApiError("conflict", "This is the last owner: make somebody else an owner first.");
  if (error instanceof InByOrganization)
    return new ApiError(
      "conflict",
      `This person is in the project by its organization, as ${error.role}: change that on the organization's page.`,
    );
  if (error instanceof HasProjects)
    return new ApiError("conflict", "The organization has projects: delete them first.");
  return null;
}
