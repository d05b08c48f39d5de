import { useState, useSyncExternalStore } from "react";

type ChosenState = {
  /** The selected checks. */
  ids: ReadonlySet<string>;
  /** The check that the keys act on; null until the first key. */
  current: string | null;
  /** The check of the last choice, from which a range is extended. */
  anchor: string | null;
};

/**
 * Which checks of the list are selected, and which one the keys act on. Kept outside React's state, so that a row is
 * rendered again only if its own part changes.
 */
export class ChosenChecks {
  #state: ChosenState = { ids: new Set(), current: null, anchor: null };
  readonly #listeners = new Set<() => void>();

  get state(): ChosenState {
    return this.#state;
  }

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  };

  /** Selects a check, or removes it from the selection. */
  toggle(id: string): void {
    const ids = new Set(this.#state.ids);
    if (!ids.delete(id)) ids.add(id);
    this.#set({ ids, anchor: id });
  }

  /** Selects every check from the last choice to this one, in the order of the list. */
  extendTo(id: string, order: readonly string[]): void {
    const from = order.indexOf(this.#state.anchor ?? id);
    const to = order.indexOf(id);
    if (from < 0 || to < 0) return this.toggle(id);
    const range = order.slice(Math.min(from, to), Math.max(from, to) + 1);
    this.#set({ ids: new Set([...this.#state.ids, ...range]), anchor: id });
  }

  choose(ids: readonly string[]): void {
    this.#set({ ids: new Set(ids) });
  }

  moveTo(current: string | null): void {
    this.#set({ current });
  }

  #set(change: Partial<ChosenState>): void {
    this.#state = { ...this.#state, ...change };
    this.#listeners.forEach((listener) => listener());
  }
}

export function useChosenChecks(): ChosenChecks {
  return useState(() => new ChosenChecks())[0];
}

/** A part of the selection; the component renders again only when that part changes. */
export function useChosen<T>(chosen: ChosenChecks, select: (state: ChosenState) => T): T {
  return useSyncExternalStore(chosen.subscribe, () => select(chosen.state));
}
