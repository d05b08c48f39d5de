import { tell } from "../ui/tell.tsx";
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
  const act = useCheckAction(projectId);
  const remove = useDeleteCheck(projectId);
  const doing = (check: CheckView, action: "pause" | "resume" | "restore") =>
    act.mutate({ checkId: check.id, action }, { onError: tell.trouble });
  return {
    pause: (check) => doing(check, "pause"),
    resume: (check) => doing(check, "resume"),
    copy: (pingUrl) => {
      navigator.clipboard.writeText(pingUrl).then(() => tell.done("Ping URL copied."), tell.trouble);
    },
    remove: (check) =>
      remove.mutate(check.id, {
        onSuccess: () => tell.undoable(`“${checkName(check)}” is deleted.`, () => doing(check, "restore")),
        onError: tell.trouble,
      }),
  };
}
