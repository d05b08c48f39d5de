import { useCallback, useEffect, useRef } from "react";

import {
  type BulkAction,
  type BulkResult,
  type CheckOverview,
  useBulkAction,
} from "../checks/check-queries.ts";
import { toast } from "../ui/toast.tsx";

/** Does the same to several checks, says what became of it, and offers to undo what was done. */
export function useBulk(projectId: string, checks: readonly CheckOverview[]) {
  const { mutate } = useBulkAction(projectId);
  const latest = useRef(checks);
  useEffect(() => {
    latest.current = checks;
  });
  return useCallback(
    (action: BulkAction, checkIds: readonly string[]) => {
      const names = new Map(latest.current.map(({ id, name }) => [id, name]));
      const report = (results: readonly BulkResult[]) => {
        const changed = results.filter(({ outcome }) => outcome === "changed").map(({ checkId }) => checkId);
        const problem = problemText(results, names);
        if (problem !== null) toast.problem(problem, "Some checks were not changed");
        const inverse = inverseOf(action);
        const done = doneText(
          action,
          changed.length === 1 ? `“${names.get(changed[0] ?? "")}”` : changed.length,
        );
        if (changed.length === 0 && problem === null) toast.success("Nothing had to be changed.");
        if (changed.length > 0)
          toast.withUndo(
            done,
            () => mutate({ action: inverse, checkIds: changed }, { onError: toast.error }),
            {
              about: changed.length === 1 ? (changed[0] ?? "") : "several checks",
              label: `Undo ${VERBS[action.action]}`,
            },
          );
      };
      mutate({ action, checkIds }, { onSuccess: report, onError: toast.error });
    },
    [mutate],
  );
}

const NAMED_MAX = 3;

/** Why some were not changed, by name; null where none failed. */
export function problemText(
  results: readonly BulkResult[],
  names: ReadonlyMap<string, string>,
): string | null {
  const failures = results.filter(({ outcome }) => outcome === "failed");
  if (failures.length === 0) return null;
  const named = failures
    .slice(0, NAMED_MAX)
    .map(({ checkId, message = "" }) => `“${names.get(checkId) ?? checkId}”: ${message}`);
  const more = failures.length - named.length;
  return `${failures.length} of ${results.length} not changed. ${named.join(" ")}${more > 0 ? ` And ${more} more.` : ""}`;
}

/** What takes an action back from the checks that it changed. */
export function inverseOf(action: BulkAction): BulkAction {
  switch (action.action) {
    case "pause":
      return { action: "resume" };
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

type Verb = BulkAction["action"];
const VERBS: Record<Verb, string> = {
  pause: "pause",
  resume: "resume",
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

const PAST: Record<Verb, string> = {
  pause: "paused",
  resume: "resumed",
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
  return typeof what === "string" ? `${what} is ${PAST[action]}.` : `${what} checks are ${PAST[action]}.`;
}
