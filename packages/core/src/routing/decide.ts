import { type Instant, MINUTE_MS } from "@overdue/schedules";
import { type Due, planRoute } from "./plan.ts";
import { recoveries } from "./recovery.ts";
import { routesFor, type Situation, type Tell } from "./situation.ts";

/**
 * `nextAt`: when to ask again; null: nothing more to say unless something happens. `reachesNobody`: the check is down, and
 * neither its list nor any route leads to a channel: its project's owners must hear, or nobody would.
 */
export type Decision = { tell: Tell[]; nextAt: Instant | null; reachesNobody: boolean };

/** How soon an incident that a dependency holds back is looked at again, in case nobody says that it is over. */
const HELD_AGAIN_MS = MINUTE_MS;

/**
 * Who is to be told of an incident now, and when to ask again. No channel hears one thing twice, whichever routes name
 * it; acknowledging and snoozing stop what would follow, and a recovery goes to those who were told of the down. What is
 * of severity "info" may go without anybody.
 */
export function decide(situation: Situation): Decision {
  const { incident, now } = situation;
  if (incident.resolvedAt !== null) return quietly(recoveries(situation), null);
  if (situation.dependsDown) return quietly([], now + HELD_AGAIN_MS);
  if (incident.snoozedUntil !== null && incident.snoozedUntil > now) {
    return quietly([], Number.isFinite(incident.snoozedUntil) ? incident.snoozedUntil : null);
  }
  const tell = tellNow(duesOf(situation), situation);
  const after = { ...situation, told: [...situation.told, ...tell.map((one) => ({ ...one, at: now }))] };
  const later = duesOf(after).map(({ at }) => at);
  const reachesNobody = after.told.length + later.length === 0 && mustReach(situation);
  return { tell, nextAt: later.length === 0 ? null : Math.min(...later), reachesNobody };
}

function quietly(tell: Tell[], nextAt: Instant | null): Decision {
  return { tell, nextAt, reachesNobody: false };
}

function mustReach({ check, incident }: Situation): boolean {
  return check.severity !== "info" && incident.acknowledgedAt === null;
}

function duesOf(situation: Situation): Due[] {
  return routesFor(situation).flatMap((route) => planRoute(route, situation));
}

/** First news before a reminder, and an earlier route before a later one. */
function tellNow(dues: readonly Due[], { now, told }: Situation): Tell[] {
  const byChannel = new Map<string, Tell>();
  for (const due of dues) {
    if (due.at > now || due.channelId === null || byChannel.has(due.channelId)) continue;
    const round = told.filter(({ channelId }) => channelId === due.channelId).length;
    byChannel.set(due.channelId, {
      channelId: due.channelId,
      routeId: due.routeId,
      kind: round === 0 ? "down" : "reminder",
      round,
      notBefore: now,
      because: due.because,
    });
  }
  return [...byChannel.values()];
}
