import { type CountedLimit, countOf, limitState, type Place, type Plan, type PlanUsage } from "./plan.ts";

/** Alerts go on whatever their number; while there are more than allowed, an organization does not grow. */
const GROWTH: readonly Place[] = ["checks", "channels"];

/**
 * Whether an organization may have `adding` more of something. Null: it may. Else a sentence that says what the plan allows,
 * how many there are, and what to do.
 */
export function roomRefusal(
  plan: Plan,
  usage: PlanUsage,
  { place, adding }: { place: Place; adding: number },
): string | null {
  if (adding <= 0) return null;
  const allowed = plan[place];
  if (allowed !== null && usage[place] + adding > allowed) {
    const more = adding === 1 ? "" : `, so ${adding.toLocaleString("en")} more do not fit`;
    return `${hasSentence(plan, place, usage[place])}${more}: ${freeing(place)}, or ${plan.wayOut}.`;
  }
  const isOver = limitState(usage.alertsPerMonth, plan.alertsPerMonth) === "over";
  if (!isOver || !GROWTH.includes(place)) return null;
  return `${hasSentence(plan, "alertsPerMonth", usage.alertsPerMonth)}. All alerts are still sent; a new ${place.slice(0, -1)} waits until the month ends (UTC): ${plan.wayOut} for one today.`;
}

const FREEING = {
  checks: "delete one that is no longer needed",
  members: "remove somebody, or revoke an invitation",
  projects: "delete one that is no longer needed",
  channels: "delete one that is no longer needed",
};

function freeing(place: Place): string {
  return FREEING[place];
}

/** What a plan allows, and how many there are of it, without a full stop. */
function hasSentence({ title, ...plan }: Plan, limit: CountedLimit, used: number): string {
  const verb = limit === "alertsPerMonth" ? "has sent" : "has";
  const what =
    limit === "members" ? " with its open invitations" : limit === "alertsPerMonth" ? " this month" : "";
  return `The plan “${title}” allows ${countOf(limit, plan[limit] ?? 0)}, and this organization ${verb} ${used.toLocaleString("en")}${what}`;
}

/** A sentence for a limit that is near or reached; null for any other. */
export function limitSentence(plan: Plan, limit: CountedLimit, used: number): string | null {
  const state = limitState(used, plan[limit]);
  if (state === "unlimited" || state === "free") return null;
  const said = hasSentence(plan, limit, used);
  if (limit === "alertsPerMonth")
    return state === "near" || state === "reached"
      ? `${said}. All alerts are sent beyond that too; new checks and channels then wait until the month ends (UTC), or ${plan.wayOut}.`
      : `${said}. All alerts are still sent; new checks and channels wait until the month ends (UTC), or ${plan.wayOut}.`;
  return state === "near"
    ? `${said}: ${plan.wayOut} before you need more.`
    : `${said}: ${freeing(limit)}, or ${plan.wayOut}.`;
}
