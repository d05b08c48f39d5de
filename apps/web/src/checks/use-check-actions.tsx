import { useQueryClient } from "@tanstack/react-query";
import { useMemo } from "react";

import { toast } from "../ui/toast.tsx";
import { type CheckAction, checkQuery, useCheckAction, useDeleteCheck } from "./check-queries.ts";

type ActionTarget = { id: string; name: string };

/** What a person can do with a check besides editing it. */
export type CheckActions = {
  pause(check: ActionTarget): void;
  resume(check: ActionTarget): void;
  remove(check: ActionTarget): void;
  copyPingUrl(check: ActionTarget): void;
};

export function useCheckActions(projectId: string): CheckActions {
  const client = useQueryClient();
  const { mutate: act } = useCheckAction(projectId);
  const { mutate: remove } = useDeleteCheck(projectId);
  // A stable object, so that the rows of a long list are not rendered again without need.
  return useMemo(() => {
    const readPingUrl = async (checkId: string) =>
      (await client.fetchQuery(checkQuery({ projectId, checkId }))).pingUrl;
    return checkActions({ act, remove, readPingUrl });
  }, [client, projectId, act, remove]);
}

type ActionParts = {
  act: ReturnType<typeof useCheckAction>["mutate"];
  remove: ReturnType<typeof useDeleteCheck>["mutate"];
  readPingUrl: (checkId: string) => Promise<string | null>;
};

function checkActions({ act, remove, readPingUrl }: ActionParts): CheckActions {
  const perform = (check: ActionTarget, action: CheckAction, done?: () => void) =>
    act({ checkId: check.id, action }, { onError: toast.error, ...(done && { onSuccess: done }) });
  return {
    pause: (check) =>
      perform(check, "pause", () =>
        toast.withUndo(`“${check.name}” is paused.`, () => perform(check, "undo-pause"), {
          about: check.id,
          label: "Undo pause",
        }),
      ),
    resume: (check) => perform(check, "resume"),
    copyPingUrl: ({ id }) => {
      readPingUrl(id)
        .then((pingUrl) => navigator.clipboard.writeText(pingUrl ?? ""))
        .then(() => toast.success("Ping URL copied."), toast.error);
    },
    remove: (check) =>
      remove(check.id, {
        onSuccess: () =>
          toast.withUndo(`“${check.name}” is deleted.`, () => perform(check, "restore"), {
            about: check.id,
            label: "Undo delete",
          }),
        onError: toast.error,
      }),
  };
}
