import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { followEvents, type LiveEvent } from "./event-stream.ts";
import { refreshOf } from "./refresh.ts";

/** Reads one check again and shows it everywhere. */
export type RefreshCheck = (
  client: QueryClient,
  ref: { projectId: string; checkId: string },
) => Promise<void>;

const GATHER_MS = 200;

/** Keeps a project's pages as they are on the server. False while the connection is lost. */
export function useLiveProject(projectId: string, refreshCheck: RefreshCheck): boolean {
  const client = useQueryClient();
  const [connected, setConnected] = useState(true);
  useEffect(() => {
    const gathered: LiveEvent[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    const refresh = () => {
      timer = undefined;
      apply(gathered.splice(0));
    };
    const invalidate = (...key: string[]) =>
      void client.invalidateQueries({ queryKey: ["projects", projectId, ...key] });
    const apply = (events: readonly LiveEvent[]) => {
      const { checkIds, everything } = refreshOf(events);
      if (everything) return invalidate();
      for (const checkId of checkIds) {
        // A check that is gone answers 404: then the list is what is out of date.
        refreshCheck(client, { projectId, checkId }).catch(() => invalidate("check-list"));
      }
      // An alert of a check is sent by then, or soon.
      invalidate("deliveries");
      invalidate("channels");
      invalidate("incidents");
    };
    const stop = followEvents(projectId, {
      onEvent: (event) => {
        gathered.push(event);
        timer ??= setTimeout(refresh, GATHER_MS);
      },
      onOpen: () => setConnected(true),
      onLost: () => setConnected(false),
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, projectId, refreshCheck]);
  return connected;
}
