import { backoffMs } from "./backoff.ts";

/** What changed: one check, or, with null, anything of the project; that comes with every connection too. */
export type LiveEvent = { checkId: string | null };

export type Listener = {
  onEvent(event: LiveEvent): void;
  onOpen(): void;
  onLost(): void;
};

/** Follows a project's events until the answer is called; a lost connection is made again, later each time. */
export function followEvents(projectId: string, listener: Listener): () => void {
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
