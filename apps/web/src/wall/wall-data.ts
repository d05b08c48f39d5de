import { useEffect, useState } from "react";

import type { CheckOverview } from "../checks/check-queries.ts";
import { recordServerTime, serverNow } from "../time/clock.ts";

/** What the address of a wall says behind "#": whose checks, by which key, and how it looks. */
export type WallAddress = { project: string; key: string; theme: "light" | "dark" | null };

export function readWallAddress(hash: string): WallAddress | null {
  const part = new URLSearchParams(hash.replace(/^#/, ""));
  const [project, key, theme] = [part.get("project"), part.get("key"), part.get("theme")];
  if (project === null || key === null) return null;
  return { project, key, theme: theme === "light" || theme === "dark" ? theme : null };
}

/** `at`: when the server answered last, in epoch milliseconds; null: not yet. `refused`: why no later try will help. */
export type WallState = {
  checks: readonly CheckOverview[];
  at: number | null;
  refused: string | null;
};

const EVERY_MS = 10_000;
const TIMEOUT_MS = 20_000;
/** A browser that shows one page for weeks takes a new version of it, and gives back its memory. */
const RELOAD_AFTER_MS = 6 * 3_600_000;

/** Reads the overview again and again, for weeks. What was read stays while the server is away. */
export function useWall({ project, key }: WallAddress): WallState {
  const [state, setState] = useState<WallState>({ checks: [], at: null, refused: null });
  useEffect(() => {
    const end = new AbortController();
    const startedAt = Date.now();
    let timer: ReturnType<typeof setTimeout>;
    const readOnce = async () => {
      const answer = await readOverviews({ project, key }, end.signal);
      if (end.signal.aborted) return;
      if (answer.kind === "checks" && Date.now() - startedAt > RELOAD_AFTER_MS)
        return window.location.reload();
      if (answer.kind === "checks") setState({ checks: answer.checks, at: serverNow(), refused: null });
      if (answer.kind === "refused") setState((known) => ({ ...known, refused: answer.because }));
      timer = setTimeout(() => void readOnce(), EVERY_MS);
    };
    void readOnce();
    return () => {
      end.abort();
      clearTimeout(timer);
    };
  }, [project, key]);
  return state;
}

type Answer =
  | { kind: "checks"; checks: readonly CheckOverview[] }
  | { kind: "refused"; because: string }
  | { kind: "none" };

async function readOverviews(
  { project, key }: Pick<WallAddress, "project" | "key">,
  end: AbortSignal,
): Promise<Answer> {
  try {
    const response = await fetch(`/v1/projects/${encodeURIComponent(project)}/check-overviews`, {
      headers: { authorization: `Bearer ${key}` },
      credentials: "omit",
      signal: AbortSignal.any([end, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    recordServerTime(response.headers.get("date"));
    if (response.ok) return { kind: "checks", checks: (await response.json()).items };
    if (![401, 403, 404].includes(response.status)) return { kind: "none" };
    return { kind: "refused", because: "The key of this address opens nothing any more: it was revoked." };
  } catch {
    return { kind: "none" };
  }
}
