/** What there are places for: creating one more is refused where all are taken. */
export const PLACES = ["checks", "members", "projects", "channels"] as const;
export type Place = (typeof PLACES)[number];

/** Everything that a plan may limit, in the order in which people see it. */
export const PLAN_LIMITS = [...PLACES, "alertsPerMonth", "pingLog", "retentionDays", "bodyBytes"] as const;
export type PlanLimit = (typeof PLAN_LIMITS)[number];

/** Limits of which something is counted; the others say how much is kept. */
export const COUNTED_LIMITS = [...PLACES, "alertsPerMonth"] as const;
export type CountedLimit = (typeof COUNTED_LIMITS)[number];

/** The plan of an organization. A limit that is null is none. `wayOut`: the end of a sentence, such as "choose a larger plan". */
export type Plan = { title: string; wayOut: string } & Record<PlanLimit, number | null>;

/** How many an organization has of what is counted; alerts since the month began, in UTC. */
export type PlanUsage = Record<CountedLimit, number>;

/** Where a number stands: `near` from 80 % on, `reached` when all are taken, `over` beyond that. */
export type LimitState = "unlimited" | "free" | "near" | "reached" | "over";

const NEAR = 0.8;

export function limitState(used: number, allowed: number | null): LimitState {
  if (allowed === null) return "unlimited";
  if (used > allowed) return "over";
  if (used === allowed) return "reached";
  return used >= allowed * NEAR ? "near" : "free";
}

const NOUNS = {
  checks: ["check", "checks"],
  members: ["member", "members"],
  projects: ["project", "projects"],
  channels: ["channel", "channels"],
  alertsPerMonth: ["alert a month", "alerts a month"],
} as const;

/** A number with its noun: "1 check", "1,200 alerts a month". */
export function countOf(limit: CountedLimit, count: number): string {
  const [one, many] = NOUNS[limit];
  return `${count.toLocaleString("en")} ${count === 1 ? one : many}`;
}
