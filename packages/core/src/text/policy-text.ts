import type { Instant } from "@overdue/schedules";
import type { Evidence } from "../checks/event.ts";

type Missed = Pick<Evidence, "deadlineAt"> & { policy: NonNullable<Evidence["policy"]> };

/**
 * What its scheduler makes of a run that did not come by its deadline: "cron (Debian) makes up nothing: this run is lost".
 * `say`: how an instant is written, with its zone.
 */
export function policyText({ policy, deadlineAt }: Missed, say: (at: Instant) => string): string {
  const { text, lostFrom } = policy;
  if (lostFrom === null) return `${text}: this run may still come`;
  const isLost = deadlineAt === null || lostFrom <= deadlineAt;
  return `${text}: this run is lost${isLost ? "" : `, unless it comes by ${say(lostFrom)}`}`;
}
