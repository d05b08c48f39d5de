import { AsyncLocalStorage } from "node:async_hooks";

import { passingTrouble } from "@overdue/db";

const calls = new AsyncLocalStorage<{ trouble: unknown }>();

/**
 * Runs a call of better-auth. It logs an error of the database and answers something else: that it failed, or even
 * that all went well, as when a session could not be ended. Here the database's own error is thrown instead.
 */
export async function withHiddenErrors<T>(call: () => Promise<T>): Promise<T> {
  const seen: { trouble: unknown } = { trouble: null };
  try {
    const result = await calls.run(seen, call);
    if (seen.trouble === null) return result;
  } catch (error) {
    if (seen.trouble === null) throw error;
  }
  throw seen.trouble;
}

/** Keeps what better-auth logs with a message, where that tells of a passing trouble of the database. */
export function noteHiddenError(details: readonly unknown[]): void {
  const call = calls.getStore();
  if (call !== undefined) call.trouble ??= details.find((one) => passingTrouble(one) !== null) ?? null;
}
