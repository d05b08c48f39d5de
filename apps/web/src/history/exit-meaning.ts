import { exitStatusMeaning } from "@overdue/channels";

/** "137 (killed, often out of memory)": an exit status with what it usually means. */
export function exitMeaning(status: number): string {
  const meaning = exitStatusMeaning(status);
  return meaning === null ? String(status) : `${status} (${meaning})`;
}
