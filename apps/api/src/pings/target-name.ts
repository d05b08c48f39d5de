import { type PingTarget, targetKey } from "@overdue/db";

/** What tells this target apart from every other one. */
export function targetName(target: PingTarget): string {
  return target.kind === "uuid" ? target.pingUuid : targetKey(target);
}
