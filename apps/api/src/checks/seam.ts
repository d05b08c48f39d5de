import { type Check, type CheckSettings, type Instant, nextAt, newCheck as makeCheck } from "@overdue/core";

export { displayStatus } from "@overdue/core";

export function newCheck(
  id: string,
  settings: CheckSettings,
  at: Instant,
): { check: Check; nextAt: Instant | null } {
  const check = makeCheck(id, at, settings);
  return { check, nextAt: nextAt(check) };
}
