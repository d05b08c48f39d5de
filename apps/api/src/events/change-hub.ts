import { listen } from "@overdue/db";
import { z } from "zod";

const Changed = z.object({ projectId: z.uuid(), checkId: z.uuid().optional() });

/** What a page should look at again: one check, or, without `checkId`, anything of its project. */
type Change = { checkId: string | null };
type Watcher = (change: Change) => void;

/**
 * Hears of changes on one connection per process and hands each to the pages that watch its project. What was said
 * while the connection was lost is made up by telling every page to look at everything again.
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
    const changed = Changed.safeParse(jsonOf(payload));
    if (!changed.success) return;
    const { projectId, checkId = null } = changed.data;
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
