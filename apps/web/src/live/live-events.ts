import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useState } from "react";

/** Reads one check again and shows it everywhere. */
type RefreshCheck = (client: QueryClient, ref: { projectId: string; checkId: string }) => Promise<void>;

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

/** What a burst of events asks for. `everything`: too much, or something unnamed, has changed. */
type Refresh = { checkIds: string[]; everything: boolean };

const ONE_BY_ONE_MAX = 12;

/** Sums events up, so that a hundred pings in a moment cost one reading of their check. */
export function refreshOf(events: readonly LiveEvent[]): Refresh {
  const checkIds = [...new Set(events.flatMap(({ checkId }) => checkId ?? []))];
  const unnamed = events.some(({ checkId }) => checkId === null);
  return { checkIds, everything: unnamed || checkIds.length > ONE_BY_ONE_MAX };
}

/** What changed: one check, or, with null, anything of the project; that comes with every connection too. */
type LiveEvent = { checkId: string | null };

type Listener = {
  onEvent(event: LiveEvent): void;
  onOpen(): void;
  onLost(): void;
};

/** Follows a project's events until the answer is called; a lost connection is made again, later each time. */
function followEvents(projectId: string, listener: Listener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;

  const connect = () => {
    source = new EventSource(`/v1/projects/${projectId}/events`);
    source.addEventListener("open", () => {
      listener.onOpen();
      attempt = 0;
    });
    source.addEventListener("change", ({ data }: MessageEvent) => {
      const event = parseEvent(data);
      if (event) listener.onEvent(event);
    });
    // The browser's own reconnecting knows no backoff, and gives up for good at an error status.
    source.addEventListener("error", () => {
      source.close();
      listener.onLost();
      attempt += 1;
      timer = setTimeout(connect, backoffMs(attempt, Math.random()));
    });
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** Reads one event; null for anything that is none. */
export function parseEvent(data: unknown): LiveEvent | null {
  try {
    const found: unknown = JSON.parse(String(data));
    return isEvent(found) ? found : null;
  } catch {
    return null;
  }
}

function isEvent(value: unknown): value is LiveEvent {
  return (
    typeof value === "object" &&
    value !== null &&
    "checkId" in value &&
    (value.checkId === null || typeof value.checkId === "string")
  );
}

const FIRST_MS = 1_000;
const LONGEST_MS = 30_000;

/** How long to wait before try number `attempt` (from 1): doubling to 30 s, spread by `chance` in 0 … 1 over its upper half. */
export function backoffMs(attempt: number, chance: number): number {
  const full = Math.min(LONGEST_MS, FIRST_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + chance / 2));
}
