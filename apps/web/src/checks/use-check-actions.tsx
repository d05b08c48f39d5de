import { useMemo } from "react";

import { tell } from "../ui/toast.tsx";
import { checkName } from "./check-name.ts";
import { type CheckView, useCheckAction, useDeleteCheck } from "./check-queries.ts";

/** What a person does with a check besides editing it. What cannot be seen at once is said in the corner. */
export type CheckActions = {
  pause(check: CheckView): void;
  resume(check: CheckView): void;
  remove(check: CheckView): void;
  copy(pingUrl: string): void;
};

export function useCheckActions(projectId: string): CheckActions {
  const { mutate: act } = useCheckAction(projectId);
  const { mutate: remove } = useDeleteCheck(projectId);
  // The same object as long as it does the same, so that a long list is not drawn again for nothing.
  return useMemo(() => checkActions(act, remove), [act, remove]);
}

type Act = ReturnType<typeof useCheckAction>["mutate"];
type Remove = ReturnType<typeof useDeleteCheck>["mutate"];

function checkActions(act: Act, remove: Remove): CheckActions {
  const doing = (check: CheckView, action: "pause" | "resume" | "restore") =>
    act({ checkId: check.id, action }, { onError: tell.trouble });
  return {
    pause: (check) => doing(check, "pause"),
    resume: (check) => doing(check, "resume"),
    copy: (pingUrl) => {
      navigator.clipboard.writeText(pingUrl).then(() => tell.done("Ping URL copied."), tell.trouble);
    },
    remove: (check) =>
      remove(check.id, {
        onSuccess: () => tell.undoable(`“${checkName(check)}” is deleted.`, () => doing(check, "restore")),
        onError: tell.trouble,
      }),
  };
}
