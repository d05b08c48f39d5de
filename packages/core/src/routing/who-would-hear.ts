import { DAY_MS, type Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import { decide, type Decision } from "./decide.ts";
import type { Directory, Route, RoutedCheck, Told } from "./route.ts";
import type { Tell } from "./situation.ts";

/** Somebody who would hear, and how long after the check went down. */
export type Listener = {
  channelId: string;
  kind: "down" | "reminder";
  at: Instant;
  afterSeconds: number;
  because: string;
};

export type Question = {
  check: RoutedCheck;
  reason: Reason;
  /** When it would go down. */
  at: Instant;
  routes: readonly Route[];
  directory: Directory;
};

/** `ownersInstead`: no list and no route leads to anybody, so that the project's owners are told. */
export type WhoHears = { listeners: Listener[]; ownersInstead: boolean };

const HORIZON_MS = 7 * DAY_MS;
const LOOKS_MAX = 500;
/** Of what is repeated, the first few say it all. */
const REMINDERS_MAX = 2;

/**
 * Who would hear if a check went down at an instant and nobody did anything about it, in order, for a week: the same
 * decisions as in earnest, one after another. Of the reminders to a channel only the first two.
 */
export function whoWouldHear(question: Question): WhoHears {
  const told: Told[] = [];
  const listeners: Listener[] = [];
  let ownersInstead = false;
  let now: Instant | null = question.at;
  for (let look = 0; look < LOOKS_MAX && now !== null && now <= question.at + HORIZON_MS; look += 1) {
    const { tell, nextAt, reachesNobody }: Decision = decide({ ...situationOf(question), told, now });
    ownersInstead ||= reachesNobody;
    for (const one of tell) {
      told.push({ channelId: one.channelId, routeId: one.routeId, at: now });
      if (one.round <= REMINDERS_MAX) listeners.push(listenerOf(one, now, question.at));
    }
    now = nextAt;
  }
  return { listeners, ownersInstead };
}

function situationOf({ check, reason, at, routes, directory }: Question) {
  const incident = { reason, openedAt: at, resolvedAt: null, acknowledgedAt: null, snoozedUntil: null };
  return { incident, check, dependsDown: false, routes, directory };
}

function listenerOf({ channelId, round, because }: Tell, at: Instant, openedAt: Instant): Listener {
  const kind = round === 0 ? "down" : "reminder";
  return { channelId, kind, at, afterSeconds: Math.round((at - openedAt) / 1_000), because };
}
