import type { PageEvent } from "@overdue/core";
import { type QueryClient, useQueryClient } from "@tanstack/react-query";
import { useEffect, useSyncExternalStore } from "react";
import { takeFirstEvents } from "../api/first-requests.ts";

/** Reads checks again and replaces them in every query that holds them. */
type RefreshChecks = (client: QueryClient, projectId: string, ids: readonly string[]) => Promise<void>;

type Live = { client: QueryClient; projectId: string; refreshChecks: RefreshChecks };

const COALESCE_MS = 200;
const OPENING_MS_MAX = 1_000;

let current: (Live & { stop: () => void; opened: Promise<void> }) | null = null;
let isConnected = true;
const watchers = new Set<() => void>();

/** Keeps a project's pages up to date while the component is mounted. Returns false while the connection is lost. */
export function useLiveProject(projectId: string, refreshChecks: RefreshChecks): boolean {
  const client = useQueryClient();
  useEffect(() => {
    void followProject({ client, projectId, refreshChecks });
    // By now the router may already follow the next project, whose stream must not be stopped.
    return () => stopFollowing(projectId);
  }, [client, projectId, refreshChecks]);
  return useSyncExternalStore(watchConnection, () => isConnected);
}

/**
 * Follows the changes of a project, unless it is followed already. Resolves once its stream is open, or after a second:
 * data that is read with the stream open misses no change, and need not be read again.
 */
export function followProject(live: Live): Promise<void> {
  if (current?.client === live.client && current.projectId === live.projectId) return current.opened;
  stopFollowing(current?.projectId);
  let open = () => undefined as void;
  const opened = new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, OPENING_MS_MAX);
    open = () => {
      clearTimeout(timer);
      resolve();
    };
  });
  current = { ...live, stop: follow(live, open), opened };
  return opened;
}

function stopFollowing(projectId: string | undefined): void {
  if (current === null || current.projectId !== projectId) return;
  current.stop();
  current = null;
  setConnected(true);
}

function watchConnection(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

function setConnected(value: boolean): void {
  isConnected = value;
  watchers.forEach((watch) => watch());
}

/** Reads changed data again, several events at a time, until the returned function is called. */
function follow({ client, projectId, refreshChecks }: Live, onOpen: () => void): () => void {
  const pending: PageEvent[] = [];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const invalidate = (...key: string[]) =>
    void client.invalidateQueries({ queryKey: ["projects", projectId, ...key] });
  const refresh = () => {
    timer = undefined;
    const { checkIds, everything } = planRefresh(pending.splice(0));
    if (everything) return invalidate();
    refreshChecks(client, projectId, checkIds).catch(() => invalidate("check-list"));
    // The change may have caused an alert.
    invalidate("deliveries");
    invalidate("channels");
    invalidate("incidents");
  };
  let isFirst = true;
  const stop = subscribeToEvents(projectId, {
    onEvent: (event) => {
      pending.push(event);
      // The first event says that the stream is open: what was read before it is out of date.
      if (isFirst) refresh();
      else timer ??= setTimeout(refresh, COALESCE_MS);
      isFirst = false;
    },
    onOpen: () => {
      isFirst = true;
      setConnected(true);
      onOpen();
    },
    onLost: () => setConnected(false),
  });
  return () => {
    clearTimeout(timer);
    stop();
  };
}

/** What to read again after some events. `everything`: the whole project changed, or too many checks to read singly. */
type Refresh = { checkIds: string[]; everything: boolean };

const SINGLE_CHECKS_MAX = 50;

/** Combines events, so that a check is read once after a hundred pings in a moment. */
export function planRefresh(events: readonly PageEvent[]): Refresh {
  const checkIds = [...new Set(events.flatMap(({ checkId }) => checkId ?? []))];
  const hasProjectEvent = events.some(({ checkId }) => checkId === null);
  return { checkIds, everything: hasProjectEvent || checkIds.length > SINGLE_CHECKS_MAX };
}

type Listener = {
  onEvent(event: PageEvent): void;
  onOpen(): void;
  onLost(): void;
};

/**
 * Subscribes to a project's events until the returned function is called, at first by the stream that the page opened
 * while its code was loaded. A lost connection is retried with backoff.
 */
function subscribeToEvents(projectId: string, listener: Listener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;

  const path = `/v1/projects/${projectId}/events`;
  const receive = (data: unknown) => {
    const event = parseEvent(data);
    if (event) listener.onEvent(event);
  };
  const connect = () => {
    const first = takeFirstEvents(path);
    source = first?.source ?? new EventSource(path);
    source.addEventListener("open", () => {
      listener.onOpen();
      attempt = 0;
    });
    source.addEventListener("change", ({ data }: MessageEvent) => receive(data));
    // The browser's own retry has no backoff, and stops after an error status.
    source.addEventListener("error", () => {
      source.close();
      listener.onLost();
      attempt += 1;
      timer = setTimeout(connect, backoffMs(attempt, Math.random()));
    });
    if (source.readyState !== EventSource.OPEN) return;
    listener.onOpen();
    first?.changes.forEach(receive);
  };
  connect();
  return () => {
    clearTimeout(timer);
    source.close();
  };
}

/** Reads one event; null for anything else. */
export function parseEvent(data: unknown): PageEvent | null {
  try {
    const { checkId } = Object(JSON.parse(String(data)));
    return checkId === null || typeof checkId === "string" ? { checkId } : null;
  } catch {
    return null;
  }
}

const FIRST_RETRY_MS = 1_000;
const RETRY_MS_MAX = 30_000;

/** The wait before retry `attempt` (from 1): half to all, by `chance` (0 to 1), of a time that doubles up to 30 s. */
export function backoffMs(attempt: number, chance: number): number {
  const full = Math.min(RETRY_MS_MAX, FIRST_RETRY_MS * 2 ** (attempt - 1));
  return Math.round(full * (0.5 + chance / 2));
}
