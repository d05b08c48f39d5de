import { useState } from "react";

import { isStale } from "../api/problem.ts";

type Versioned = { version: number };

type Options<View, Draft> = {
  /** What is stored, as the page shows it now. */
  now: View;
  /** Reads what is stored. */
  read: () => Promise<View>;
  /** Stores the draft unless `version` is out of date, and goes on from there. */
  send: (draft: Draft, version: number) => Promise<unknown>;
};

/** An edit that overwrites nobody else's unseen. */
export type Edit<View, Draft> = {
  /** What the person began to edit: a form is filled from it, and again when it is replaced. */
  seen: View;
  /** What somebody else stored meanwhile; null while there is no such thing. */
  theirs: View | null;
  /** @throws what the server says about the draft; that it is out of date is answered by `theirs`. */
  save: (draft: Draft) => Promise<void>;
  /** Stores the refused draft over theirs. */
  keepMine: () => Promise<void>;
  /** Begins again from theirs. */
  takeTheirs: () => void;
  /** Goes on from what the person stored elsewhere on the page. */
  adopt: (stored: View) => void;
};

export function useEdit<View extends Versioned, Draft>(options: Options<View, Draft>): Edit<View, Draft> {
  const { now, read, send } = options;
  const [seen, setSeen] = useState(now);
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
    seen,
    theirs: conflict?.theirs ?? null,
    save: (draft) => attempt(draft, seen.version),
    keepMine: async () => {
      if (conflict !== null) await attempt(conflict.mine, conflict.theirs.version);
    },
    takeTheirs: () => {
      if (conflict !== null) setSeen(conflict.theirs);
      setConflict(null);
    },
    adopt: (stored) => setSeen((known) => (stored.version === known.version + 1 ? stored : known)),
  };
}
