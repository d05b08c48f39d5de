import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef } from "react";

import { type BulkAction, type CheckOverview, useBulkAction } from "../checks/check-queries.ts";
import { toast } from "../ui/toast.tsx";

/** Returns a function that applies an action to several checks. Its code is loaded with the first action. */
export function useBulk(projectId: string, checks: readonly CheckOverview[]) {
  const client = useQueryClient();
  const { mutate } = useBulkAction(projectId);
  const latest = useRef(checks);
  useEffect(() => {
    latest.current = checks;
  });
  return useCallback(
    (action: BulkAction, checkIds: readonly string[]) =>
      void import("./bulk-action.ts").then(
        ({ performBulk }) =>
          performBulk({ client, projectId, checks: latest.current, mutate, action, checkIds }),
        toast.error,
      ),
    [client, mutate, projectId],
  );
}
