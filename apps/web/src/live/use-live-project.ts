import { useQueryClient, type QueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

import { type LiveEvent, followEvents } from "./event-stream.ts";
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
      applyEvents(client, gathered.splice(0), refreshCheck);
    };
    const stop = followEvents(projectId, {
      onEvent: (event) => {
        gathered.push(event);
        timer ??= setTimeout(refresh, GATHER_MS);
      },
      onOpen: (again) => {
        setConnected(true);
        if (again) void client.invalidateQueries({ queryKey: ["projects", projectId] });
      },
      onLost: () => setConnected(false),
    });
    return () => {
      clearTimeout(timer);
      stop();
    };
  }, [client, projectId, refreshCheck]);
  return connected;
}

function applyEvents(client: QueryClient, events: readonly LiveEvent[], refreshCheck: RefreshCheck): void {
  const projectId = events[0]?.projectId;
  if (projectId === undefined) return;
  const { checkIds, deliveryIds, everything } = refreshOf(events);
  const invalidate = (...key: string[]) =>
    void client.invalidateQueries({ queryKey: ["projects", projectId, ...key] });
  if (everything) return invalidate();
  // A check that is gone answers 404: then the list is what is out of date.
  for (const checkId of checkIds)
    refreshCheck(client, { projectId, checkId }).catch(() => invalidate("check-list"));
  if (deliveryIds.length > 0) {
    invalidate("deliveries");
    invalidate("channels");
  }
}
