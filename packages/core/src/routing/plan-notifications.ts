import { MINUTE_MS, type Instant } from "@overdue/schedules";
import { type DueNotification, planRoute } from "./plan-route.ts";
import { planRecoveries } from "./plan-recoveries.ts";
import { type PlannedNotification, routesFor, type RoutingInput } from "./routing-input.ts";

/**
 * `nextAt`: when to plan again; null if nothing is left to send unless something happens. `hasNoRecipients`: the check is
 * down, and neither its own list nor any route leads to a channel, so that the project's owners must be notified.
 */
export type NotificationPlan = {
  notifications: PlannedNotification[];
  nextAt: Instant | null;
  hasNoRecipients: boolean;
};

/** An incident that a dependency holds back is looked at again this often, in case the dependency's end is not announced. */
const DEPENDENCY_RECHECK_MS = MINUTE_MS;

/**
 * Plans who is notified of an incident now, and when to plan again. A channel gets each message once, whichever routes
 * name it. Acknowledging and snoozing stop what would follow, and a recovery goes to the channels that got the down
 * message. An incident of severity "info" may have no recipient.
 */
export function planNotifications(input: RoutingInput): NotificationPlan {
  const { incident, now } = input;
  if (incident.resolvedAt !== null) return planOf(planRecoveries(input), null);
  if (input.dependsDown) return planOf([], now + DEPENDENCY_RECHECK_MS);
  if (incident.snoozedUntil !== null && incident.snoozedUntil > now) {
    return planOf([], Number.isFinite(incident.snoozedUntil) ? incident.snoozedUntil : null);
  }
  const notifications = selectDueNow(listDue(input), input);
  const sent = [...input.sent, ...notifications.map((one) => ({ ...one, at: now }))];
  const later = listDue({ ...input, sent }).map(({ at }) => at);
  const hasNoRecipients = sent.length + later.length === 0 && needsRecipient(input);
  return { notifications, nextAt: later.length === 0 ? null : Math.min(...later), hasNoRecipients };
}

function planOf(notifications: PlannedNotification[], nextAt: Instant | null): NotificationPlan {
  return { notifications, nextAt, hasNoRecipients: false };
}

function needsRecipient({ check, incident }: RoutingInput): boolean {
  return check.severity !== "info" && incident.acknowledgedAt === null;
}

function listDue(input: RoutingInput): DueNotification[] {
  return routesFor(input).flatMap((route) => planRoute(route, input));
}

/** One notification for each channel: a first message before a reminder, and an earlier route before a later one. */
function selectDueNow(due: readonly DueNotification[], { now, sent }: RoutingInput): PlannedNotification[] {
  const byChannel = new Map<string, PlannedNotification>();
  for (const { at, channelId, routeId, because } of due) {
    if (at > now || channelId === null || byChannel.has(channelId)) continue;
    const round = sent.filter((one) => one.channelId === channelId).length;
    const kind = round === 0 ? "down" : "reminder";
    byChannel.set(channelId, { channelId, routeId, kind, round, notBefore: now, because });
  }
  return [...byChannel.values()];
}
