import {
  CircularDependency,
  LastOwner,
  LostKey,
  ReportTooLarge,
  StaleVersion,
  TooMany,
  TooManyChannels,
  TooManyWindows,
  UnknownChannel,
  UnknownCheck,
  UnknownDependency,
  UnknownMaintainedCheck,
  UnknownTarget,
} from "@overdue/db";

import { ApiError } from "./problem.ts";

/** The answer to a write or a query that `packages/db` refused, by the class of its error; null for any other error. */
export function refusedByDatabase(error: Error): ApiError | null {
  if (error instanceof StaleVersion)
    return new ApiError("version_conflict", "Somebody else changed this meanwhile: look at it again.");
  return invalidReference(error) ?? limitReached(error) ?? conflict(error);
}

function invalidReference(error: Error): ApiError | null {
  if (error instanceof UnknownChannel)
    return ApiError.invalid("channelIds", "A channel is not in this project.");
  if (error instanceof UnknownCheck || error instanceof UnknownMaintainedCheck)
    return ApiError.invalid("checkIds", "A check is not in this project.");
  if (error instanceof UnknownTarget)
    return ApiError.invalid(error.field, `A ${error.what} named here is not in this project.`);
  if (error instanceof UnknownDependency)
    return ApiError.invalid(
      "dependsOn",
      `“${error.named}” is no check of this project, or several checks have this slug: name it by its id.`,
    );
  return error instanceof CircularDependency ? ApiError.invalid("dependsOn", circleSentence(error)) : null;
}

function circleSentence({ through }: CircularDependency): string {
  if (through === null) return "A check cannot depend on itself.";
  return `“${through}” depends on this check already, so neither would ever alert: remove one of the two dependencies.`;
}

function limitReached(error: Error): ApiError | null {
  if (error instanceof TooManyChannels) return new ApiError("limit_reached", error.message);
  if (error instanceof TooManyWindows)
    return new ApiError("limit_reached", "A project has at most 200 windows to come: delete some.");
  if (error instanceof ReportTooLarge)
    return new ApiError("unavailable", "The report took too long: ask for a week, or try again later.");
  return error instanceof TooMany
    ? ApiError.invalid("name", "This project has as many of these as it may: delete one first.")
    : null;
}

function conflict(error: Error): ApiError | null {
  if (error instanceof LostKey) return new ApiError("conflict", error.message);
  if (error instanceof LastOwner)
    return new ApiError("conflict", "This is the project's last owner: make somebody else an owner first.");
  return null;
}
