import type { Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import type { CheckEvent, RunEvent } from "./check-events.ts";
import { openingAt } from "./hours.ts";
import { type Directory, matchesRoute, type Route, type RoutedCheck } from "./route.ts";
import { type ResolvedTarget, resolveTargets } from "./targets.ts";

/** A channel that is notified of an event, the route that says so, and the earliest instant. */
export type Recipient<Of extends CheckEvent = CheckEvent> = {
  event: Of;
  channelId: string;
  routeId: string;
  notBefore: Instant;
  because: string;
};

/** Everything that decides who is notified of a check's events. */
export type EventRoutingInput = {
  check: RoutedCheck;
  routes: readonly Route[];
  directory: Directory;
  /** Channels that the same transaction notifies of a change of the check's status. */
  notifiedOfChange: ReadonlySet<string>;
  /** The check's open incident is snoozed. */
  isSnoozed: boolean;
  now: Instant;
};

/** The reasons for which a run counts as a failure. A route that is only for other reasons ignores such a run. */
const FAILED: readonly Reason[] = ["failed", "too-quick", "metric-limit"];

/**
 * The recipients of a check's events: the targets of the first step of each route that asks for such events. Each channel
 * is notified once, by the first route that names it. Outside its hours a route holds the message until they begin, or
 * sends it to the targets that it names for that time. A channel that is notified now of a change of status is not
 * notified of the run that caused it, and a notice about a run is part of the message about that run.
 */
export function recipientsFor(events: readonly CheckEvent[], input: EventRoutingInput): Recipient[] {
  const runRecipients = events.flatMap((event) =>
    event.kind === "run" ? recipientsForOne(event, input) : [],
  );
  const notified = new Set(runRecipients.map(({ event: { run }, channelId }) => `${run.id} ${channelId}`));
  const noticeRecipients = events.flatMap((event) =>
    event.kind === "notice"
      ? recipientsForOne(event, input).filter(({ channelId }) => !notified.has(`${event.runId} ${channelId}`))
      : [],
  );
  return [...runRecipients, ...noticeRecipients];
}

function recipientsForOne<Of extends CheckEvent>(event: Of, input: EventRoutingInput): Recipient<Of>[] {
  const recipients = new Map<string, Recipient<Of>>();
  for (const route of input.routes) {
    if (!wantsEvent(route, event, input)) continue;
    for (const target of targetsOfRoute(route, input)) {
      const { channelId, notBefore, because } = target;
      const isAnnounced =
        event.kind === "run" && event.changesStatus && isChangeAnnounced(route, target, input);
      if (!isAnnounced && !recipients.has(channelId))
        recipients.set(channelId, { event, channelId, routeId: route.id, notBefore, because });
    }
  }
  return [...recipients.values()];
}

/** Whether the channel is notified of the change of status now, or will be when the same hours begin. */
function isChangeAnnounced(
  route: Route,
  { channelId, notBefore }: { channelId: string; notBefore: Instant },
  { notifiedOfChange, now }: EventRoutingInput,
): boolean {
  return notifiedOfChange.has(channelId) || (notBefore > now && route.notifyOn.changes && route.recovery);
}

function wantsEvent(route: Route, event: CheckEvent, { check, isSnoozed }: EventRoutingInput): boolean {
  const { notifyOn } = route;
  if (event.kind === "run" && notifyOn.runs && matchesRoute(route, check, null)) return true;
  // During maintenance and a snooze nobody is to be disturbed. Only a route that records every run still gets its runs.
  if (event.isInMaintenance || isSnoozed) return false;
  if (event.kind === "notice") return notifyOn.notices && matchesRoute(route, check, event.notice);
  return notifyOn.failures && isFailure(event) && FAILED.some((reason) => matchesRoute(route, check, reason));
}

function isFailure({ run }: RunEvent): boolean {
  return run.outcome === "fail";
}

function targetsOfRoute(route: Route, { directory, now }: EventRoutingInput) {
  const opening = openingAt(route.hours, now);
  const outside = opening.open ? null : route.hours?.outside;
  const isInstead = outside?.kind === "instead";
  const targets = isInstead ? outside.targets : (route.steps[0]?.targets ?? []);
  const notBefore = opening.open || isInstead ? now : opening.beginsAt;
  return resolveTargets(targets, directory, now).map(({ channelId, via }: ResolvedTarget) => ({
    channelId,
    notBefore,
    because: `route “${route.name}”${via === null ? "" : `: ${via}`}`,
  }));
}
