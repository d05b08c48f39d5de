import { useMemo } from "react";

import { toast } from "../ui/toast.tsx";
import { checkName } from "@overdue/core";
import { type CheckView, useCheckAction, useDeleteCheck } from "./check-queries.ts";

/** What a person does with a check besides editing it. */
export type CheckActions = {
  pause(check: CheckView): void;
  resume(check: CheckView): void;
  remove(check: CheckView): void;
  copy(pingUrl: string): void;
};

export function useCheckActions(projectId: string): CheckActions {
  const { mutate: act } = useCheckAction(projectId);
  const { mutate: remove } = useDeleteCheck(projectId);
  // A stable object, so that the rows of a long list are not rendered again for nothing.
  return useMemo(() => checkActions(act, remove), [act, remove]);
}

type Act = ReturnType<typeof useCheckAction>["mutate"];
type Remove = ReturnType<typeof useDeleteCheck>["mutate"];

function checkActions(act: Act, remove: Remove): CheckActions {
  const perform = (check: CheckView, action: "pause" | "resume" | "restore") =>
    act({ checkId: check.id, action }, { onError: toast.error });
  return {
    pause: (check) => perform(check, "pause"),
    resume: (check) => perform(check, "resume"),
    copy: (pingUrl) => {
      navigator.clipboard.writeText(pingUrl).then(() => toast.success("Ping URL copied."), toast.error);
    },
    remove: (check) =>
      remove(check.id, {
        onSuccess: () => toast.withUndo(`“${checkName(check)}” is deleted.`, () => perform(check, "restore")),
        onError: toast.error,
      }),
  };
}
