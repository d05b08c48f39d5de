import { LiveEvent, type PageEvent } from "@overdue/core";
import { listen } from "@overdue/db";

type Watcher = (event: PageEvent) => void;

/**
 * Receives changes on one connection per process and hands each to the pages that watch its project. After a lost
 * connection every page is asked to read everything again.
 */
export class ChangeHub {
  readonly #watchers = new Map<string, Set<Watcher>>();
  readonly #stopListening: () => Promise<void>;

  constructor(databaseUrl: string) {
    this.#stopListening = listen({
      url: databaseUrl,
      handlers: { overdue_changes: (payload) => this.#heard(payload) },
      onConnect: () => this.#tellAll(),
    });
  }

  /** Calls `watcher` on every change in the project. Answers a function that ends it. */
  watch(projectId: string, watcher: Watcher): () => void {
    const watchers = this.#watchers.get(projectId) ?? new Set();
    this.#watchers.set(projectId, watchers.add(watcher));
    return () => {
      watchers.delete(watcher);
      if (watchers.size === 0) this.#watchers.delete(projectId);
    };
  }

  async stop(): Promise<void> {
    await this.#stopListening();
  }

  #heard(payload: string): void {
    const { data: event } = LiveEvent.safeParse(jsonOf(payload));
    if (event === undefined) return;
    const { projectId, checkId } = event;
    for (const watcher of this.#watchers.get(projectId) ?? []) watcher({ checkId });
  }

  #tellAll(): void {
    for (const watchers of this.#watchers.values()) {
      for (const watcher of watchers) watcher({ checkId: null });
    }
  }
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
