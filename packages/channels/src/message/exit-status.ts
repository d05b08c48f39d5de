import { explainExit } from "@overdue/core";

/** "killed (SIGKILL)"; null where there is nothing to say beyond the number. */
export function exitMeaning(status: number): string | null {
  const title = explainExit(status)?.title ?? null;
  return title === null || title.includes(`status ${status}`) ? null : title;
}

/** "137, killed (SIGKILL)" */
export function exitStatus(status: number): string {
  const meaning = exitMeaning(status);
  return meaning === null ? String(status) : `${status}, ${meaning}`;
}

/** What to look at, as a sentence with a space before it; empty where there is nothing to say. */
export function exitHint(status: number): string {
  const hint = explainExit(status)?.hint ?? null;
  return hint === null ? "" : ` ${hint}`;
}
