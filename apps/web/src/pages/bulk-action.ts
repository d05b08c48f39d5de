import type { QueryClient } from "@tanstack/react-query";

import { meQuery } from "../accounts/account-queries.ts";
import { ApiError } from "../api/problem.ts";
import type { BulkAction, BulkResult, CheckOverview, useBulkAction } from "../checks/check-queries.ts";
import { forgetAcknowledgement, keepAcknowledgement } from "../incidents/waiting-acknowledgements.ts";
import { serverNow } from "../time/clock.ts";
import { toast } from "../ui/toast.tsx";

type BulkRequest = {
  client: QueryClient;
  projectId: string;
  checks: readonly CheckOverview[];
  mutate: ReturnType<typeof useBulkAction>["mutate"];
  action: BulkAction;
  checkIds: readonly string[];
};

/** Applies an action to several checks, shows the results, and offers to undo what was done. */
export function performBulk({ client, projectId, checks, mutate, action, checkIds }: BulkRequest): void {
  const keepOrShowError = (error: unknown) => {
    const userId = client.getQueryData(meQuery.queryKey)?.user.id;
    const canWait = action.action === "acknowledge" && !(error instanceof ApiError);
    const incidentIds = canWait ? openIncidents(checks, checkIds) : [];
    if (userId === undefined || incidentIds.length === 0) return toast.error(error);
    keepAcknowledgements(incidentIds, { projectId, userId });
  };
  mutate({ action, checkIds }, { onSuccess: (results) => showResults(results), onError: keepOrShowError });

  function showResults(results: readonly BulkResult[]): void {
    const names = new Map(checks.map(({ id, name }) => [id, name]));
    const changed = results.filter(({ outcome }) => outcome === "changed").map(({ checkId }) => checkId);
    const only = changed.length === 1 ? changed[0] : undefined;
    const problem = problemText(results, names);
    if (problem !== null) toast.problem(problem, "Some checks were not changed");
    if (changed.length === 0 && problem === null) toast.success("Nothing had to be changed.");
    if (changed.length === 0) return;
    const undo = () =>
      mutate(
        { action: inverseAction(action), checkIds: changed },
        { onError: (error) => toast.error(error) },
      );
    toast.withUndo(doneText(action, only === undefined ? changed.length : `“${names.get(only)}”`), undo, {
      about: only ?? "several checks",
      label: `Undo ${UNDO_LABELS[action.action]}`,
    });
  }
}

/** The incidents of these checks that nobody has acknowledged yet. */
function openIncidents(checks: readonly CheckOverview[], checkIds: readonly string[]): string[] {
  return checks.flatMap(({ id, incident }) =>
    incident !== undefined && !incident.acknowledged && checkIds.includes(id) ? incident.id : [],
  );
}

/** Stores acknowledgements until there is a connection: the person relies on it that nobody else is woken. */
function keepAcknowledgements(
  incidentIds: readonly string[],
  person: { projectId: string; userId: string },
): void {
  const at = new Date(serverNow()).toISOString();
  for (const incidentId of incidentIds) keepAcknowledgement({ ...person, incidentId, at });
  toast.withUndo(
    "Acknowledged here. It is sent as soon as Overdue can be reached.",
    () => incidentIds.forEach(forgetAcknowledgement),
    { about: "waiting", label: "Do not send it" },
  );
}

const NAMES_MAX = 3;

/** Why some checks were not changed, by name; null if none failed. */
export function problemText(
  results: readonly BulkResult[],
  names: ReadonlyMap<string, string>,
): string | null {
  const failures = results.filter(({ outcome }) => outcome === "failed");
  if (failures.length === 0) return null;
  const named = failures
    .slice(0, NAMES_MAX)
    .map(({ checkId, message = "" }) => `“${names.get(checkId) ?? checkId}”: ${message}`);
  const more = failures.length - named.length;
  return `${failures.length} of ${results.length} not changed. ${named.join(" ")}${more > 0 ? ` And ${more} more.` : ""}`;
}

/** The action that undoes another on the checks that it changed. */
export function inverseAction(action: BulkAction): BulkAction {
  switch (action.action) {
    case "pause":
      return { action: "undo-pause" };
    case "undo-pause":
    case "resume":
      return { action: "pause" };
    case "delete":
      return { action: "restore" };
    case "restore":
      return { action: "delete" };
    case "acknowledge":
      return { action: "unacknowledge" };
    case "unacknowledge":
      return { action: "acknowledge" };
    case "snooze":
      return { action: "end-snooze" };
    case "end-snooze":
      return { action: "snooze", snooze: { for: "recovery" } };
    case "add-tags":
    case "remove-tags":
      return { ...action, action: action.action === "add-tags" ? "remove-tags" : "add-tags" };
    case "add-channels":
    case "remove-channels":
      return { ...action, action: action.action === "add-channels" ? "remove-channels" : "add-channels" };
  }
}

type ActionName = BulkAction["action"];
const UNDO_LABELS: Record<ActionName, string> = {
  pause: "pause",
  resume: "resume",
  "undo-pause": "this",
  delete: "delete",
  restore: "restore",
  acknowledge: "acknowledge",
  unacknowledge: "this",
  snooze: "snooze",
  "end-snooze": "this",
  "add-tags": "tag",
  "remove-tags": "tag",
  "add-channels": "channel",
  "remove-channels": "channel",
};

const RESULT_TEXTS: Record<ActionName, string> = {
  pause: "paused",
  resume: "resumed",
  "undo-pause": "as before the pause",
  delete: "deleted",
  restore: "restored",
  acknowledge: "acknowledged",
  unacknowledge: "no longer acknowledged",
  snooze: "snoozed",
  "end-snooze": "no longer snoozed",
  "add-tags": "tagged",
  "remove-tags": "without the tag",
  "add-channels": "notified by that channel too",
  "remove-channels": "no longer notified by that channel",
};

function doneText({ action }: BulkAction, what: string | number): string {
  const result = RESULT_TEXTS[action];
  return typeof what === "string" ? `${what} is ${result}.` : `${what} checks are ${result}.`;
}
