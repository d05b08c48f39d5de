import { type FetchQueryOptions, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { isStale } from "../api/problem.ts";

type Versioned = { version: number };

/** `Stored` is the view, or the view or null if the same form also creates something new. */
type Options<View, Draft, Stored> = {
  /** What is stored, as the page has read it; null for something new. */
  stored: Stored;
  /** Reads the stored version from the server again. */
  read: () => Promise<View>;
  /** Saves the draft unless `base` is out of date, and leaves the form. */
  send: (draft: Draft, base: View | Stored) => Promise<unknown>;
};

/** An edit that never overwrites what somebody else saved, unless the person chooses to. */
export type Edit<View, Draft, Stored = View> = {
  /** The version that the person began to edit: the form is filled from it, and again when it is replaced. */
  base: View | Stored;
  /** What somebody else saved meanwhile; null if nobody did. */
  theirs: View | null;
  /** @throws what the server refuses; a version that is out of date sets `theirs` instead. */
  save: (draft: Draft) => Promise<void>;
  /** Saves the refused draft over their version. */
  overwriteTheirs: () => Promise<void>;
  /** Drops the refused draft and begins again from their version. */
  discardMine: () => void;
  /** Continues from what the person saved elsewhere on the same page. */
  adopt: (saved: View) => void;
};

export function useEdit<View extends Versioned, Draft, Stored extends View | null = View>(
  options: Options<View, Draft, Stored>,
): Edit<View, Draft, Stored> {
  const { stored, read, send } = options;
  const [base, setBase] = useState<View | Stored>(stored);
  const [conflict, setConflict] = useState<{ theirs: View; mine: Draft } | null>(null);
  const attempt = async (draft: Draft, on: View | Stored) => {
    try {
      await send(draft, on);
      setConflict(null);
    } catch (error) {
      if (!isStale(error)) throw error;
      setConflict({ theirs: await read(), mine: draft });
    }
  };
  return {
    base,
    theirs: conflict?.theirs ?? null,
    save: (draft) => attempt(draft, base),
    overwriteTheirs: async () => {
      if (conflict !== null) await attempt(conflict.mine, conflict.theirs);
    },
    discardMine: () => {
      if (conflict !== null) setBase(conflict.theirs);
      setConflict(null);
    },
    adopt: (saved) => setBase((known) => (saved.version === (known?.version ?? 0) + 1 ? saved : known)),
  };
}

type ItemOptions<View, Draft, Stored> = {
  item: Stored;
  /** The query that lists the item. */
  list: FetchQueryOptions<View[], Error, View[], string[]>;
  send: Options<View, Draft, Stored>["send"];
};

/** `useEdit` for an item that the server returns only as part of a list. */
export function useItemEdit<
  View extends Versioned & { id: string },
  Draft,
  Stored extends View | null = View,
>({ item, list, send }: ItemOptions<View, Draft, Stored>): Edit<View, Draft, Stored> {
  const client = useQueryClient();
  return useEdit<View, Draft, Stored>({
    stored: item,
    read: async () => {
      const items = await client.fetchQuery({ ...list, staleTime: 0 });
      const found = items.find(({ id }) => id === item?.id) ?? item;
      if (found === null) throw new Error("Nothing is stored yet that somebody else could have changed.");
      return found;
    },
    send,
  });
}
