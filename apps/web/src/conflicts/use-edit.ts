import { type FetchQueryOptions, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";

import { isStale } from "../api/problem.ts";

type Versioned = { version: number };

type Options<View, Draft> = {
  /** What is stored, as the page shows it now. */
  stored: View;
  /** Reads what is stored from the server. */
  read: () => Promise<View>;
  /** Saves the draft unless `version` is out of date, and leaves the form. */
  send: (draft: Draft, version: number) => Promise<unknown>;
};

/** An edit that never overwrites what somebody else saved, unless the person decides to. */
export type Edit<View, Draft> = {
  /** The state that the person began to edit: a form is filled from it, and again when it is replaced. */
  base: View;
  /** What somebody else saved meanwhile; null where nobody did. */
  theirs: View | null;
  /** @throws what the server refuses; a version that is out of date sets `theirs` instead. */
  save: (draft: Draft) => Promise<void>;
  /** Saves the refused draft over theirs. */
  overwriteTheirs: () => Promise<void>;
  /** Drops the refused draft and begins again from theirs. */
  discardMine: () => void;
  /** Continues from what the person saved elsewhere on the same page. */
  adopt: (saved: View) => void;
};

export function useEdit<View extends Versioned, Draft>(options: Options<View, Draft>): Edit<View, Draft> {
  const { stored, read, send } = options;
  const [base, setBase] = useState(stored);
  const [conflict, setConflict] = useState<{ theirs: View; mine: Draft } | null>(null);
  const attempt = async (draft: Draft, version: number) => {
    try {
      await send(draft, version);
      setConflict(null);
    } catch (error) {
      if (!isStale(error)) throw error;
      setConflict({ theirs: await read(), mine: draft });
    }
  };
  return {
    base,
    theirs: conflict?.theirs ?? null,
    save: (draft) => attempt(draft, base.version),
    overwriteTheirs: async () => {
      if (conflict !== null) await attempt(conflict.mine, conflict.theirs.version);
    },
    discardMine: () => {
      if (conflict !== null) setBase(conflict.theirs);
      setConflict(null);
    },
    adopt: (saved) => setBase((known) => (saved.version === known.version + 1 ? saved : known)),
  };
}

type ItemOptions<View, Draft> = {
  item: View;
  /** The query that lists the item. */
  list: FetchQueryOptions<View[], Error, View[], string[]>;
  send: Options<View, Draft>["send"];
};

/** The same for an item that the server returns only as part of a list. */
export function useItemEdit<View extends Versioned & { id: string }, Draft>({
  item,
  list,
  send,
}: ItemOptions<View, Draft>): Edit<View, Draft> {
  const client = useQueryClient();
  return useEdit<View, Draft>({
    stored: item,
    read: async () => {
      const items = await client.fetchQuery({ ...list, staleTime: 0 });
      return items.find(({ id }) => id === item.id) ?? item;
    },
    send,
  });
}
