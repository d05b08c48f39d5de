import { explainExit } from "@overdue/core";

/** "137 (killed: out of memory)": an exit status with what it usually means, where that says more than the number. */
export function exitMeaning(status: number): string {
  const title = explainExit(status)?.title ?? "";
  return title === "" || title.includes(`status ${status}`) ? String(status) : `${status} (${title})`;
}
