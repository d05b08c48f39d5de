import { backoffMs } from "./backoff.ts";

/** What changed: `checkId` or `deliveryId` where it is about one thing, neither for the whole project. */
export type LiveEvent = { projectId: string; checkId?: string; deliveryId?: string; channelId?: string };

export type Listener = {
  onEvent(event: LiveEvent): void;
  /** `again`: events may have been missed since the connection was lost. */
  onOpen(again: boolean): void;
  onLost(): void;
};

/** Follows a project's events until the answer is called; a lost connection is made again, later each time. */
export function followEvents(projectId: string, listener: Listener): () => void {
  let source: EventSource;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let attempt = 0;
  let opened = false;

  const connect = () => {
    source = new EventSource(`/v1/projects/${projectId}/events`);
    source.addEventListener("open", () => {
      listener.onOpen(opened);
      opened = true;
      attempt = 0;
    });
    source.addEventListener("message", ({ data }) => {
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
    typeof value === "object" && value !== null && "projectId" in value && typeof value.projectId === "string"
  );
}
