import { DAY_MS, type Instant } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import type { Evidence } from "../checks/event.ts";
import type { CheckEvent } from "./check-events.ts";
import { type NotificationPlan, planNotifications } from "./plan-notifications.ts";
import { type Recipient, recipientsFor } from "./recipients.ts";
import type { Directory, Route, RoutedCheck, SentNotification, PlannedNotification } from "./route.ts";

/** A channel that would be notified of an incident, and how long after the check went down. */
export type PreviewedNotification = {
  channelId: string;
  kind: "down" | "reminder";
  at: Instant;
  afterSeconds: number;
  because: string;
};

/** A channel that would be notified of a run or notice, and when. */
export type PreviewedEvent = {
  channelId: string;
  notifyOn: "runs" | "failures" | "notices";
  at: Instant;
  because: string;
};

export type PreviewInput = {
  check: RoutedCheck;
  reason: Reason;
  /** When the check would go down. */
  at: Instant;
  routes: readonly Route[];
  directory: Directory;
};

/** `ownersInstead`: neither the check's own list nor a route leads to a channel, so the project's owners are notified. */
export type NotificationPreview = { notifications: PreviewedNotification[]; ownersInstead: boolean };

const HORIZON_MS = 7 * DAY_MS;
const PLANS_MAX = 500;
/** The first two reminders show how often the rest will come. */
const REMINDERS_MAX = 2;

/**
 * Who would be notified within a week, in order, if the check went down and nobody acted on it. The notifications are
 * planned one after another, exactly as for a real incident. Only the first two reminders to a channel are listed.
 */
export function previewNotifications(input: PreviewInput): NotificationPreview {
  const { check, reason, at: openedAt, routes, directory } = input;
  const incident = { reason, openedAt, resolvedAt: null, acknowledgedAt: null, snoozedUntil: null };
  const sent: SentNotification[] = [];
  const previewed: PreviewedNotification[] = [];
  let ownersInstead = false;
  let now: Instant | null = openedAt;
  for (let plans = 0; plans < PLANS_MAX && now !== null && now <= openedAt + HORIZON_MS; plans += 1) {
    const { notifications, nextAt, hasNoRecipients }: NotificationPlan = planNotifications({
      incident,
      check,
      dependsDown: false,
      routes,
      directory,
      sent,
      now,
    });
    ownersInstead ||= hasNoRecipients;
    for (const one of notifications) {
      sent.push({ channelId: one.channelId, routeId: one.routeId, at: now });
      if (one.round <= REMINDERS_MAX) previewed.push(previewOf(one, now, openedAt));
    }
    now = nextAt;
  }
  return { notifications: previewed, ownersInstead };
}

function previewOf(
  { channelId, round, because }: PlannedNotification,
  at: Instant,
  openedAt: Instant,
): PreviewedNotification {
  const kind = round === 0 ? "down" : "reminder";
  return { channelId, kind, at, afterSeconds: Math.round((at - openedAt) / 1_000), because };
}

/** Who would be notified of each run, of failures only, and of notices. Uses the code that routes real events. */
export function previewEvents({
  check,
  routes,
  directory,
  at,
}: Omit<PreviewInput, "reason">): PreviewedEvent[] {
  const input = {
    check,
    routes,
    directory,
    notifiedOfChange: new Set<string>(),
    isSnoozed: false,
    now: at,
  };
  const recipients = (event: CheckEvent) => recipientsFor([event], input);
  const runRecipients = recipients(runAt(at, "success"));
  const runChannelIds = new Set(runRecipients.map(({ channelId }) => channelId));
  const failureRecipients = recipients(runAt(at, "fail")).filter(
    ({ channelId }) => !runChannelIds.has(channelId),
  );
  const preview = (notifyOn: PreviewedEvent["notifyOn"]) => (recipient: Recipient) => {
    const { channelId, notBefore, because } = recipient;
    return { channelId, notifyOn, at: notBefore, because };
  };
  return [
    ...runRecipients.map(preview("runs")),
    ...failureRecipients.map(preview("failures")),
    ...recipients(noticeAt(at)).map(preview("notices")),
  ];
}

function runAt(at: Instant, outcome: "success" | "fail"): CheckEvent {
  const run = {
    id: "",
    rid: null,
    host: null,
    startedAt: null,
    endedAt: at,
    durationMs: null,
    exitStatus: null,
    overlong: false,
    guessed: false,
    outcome,
  };
  return { kind: "run", run, noticed: null, changesStatus: false, isInMaintenance: false };
}

function noticeAt(at: Instant): CheckEvent {
  const evidence = NO_EVIDENCE;
  return { kind: "notice", at, notice: "overlong", evidence, runId: null, isInMaintenance: false };
}

const NO_EVIDENCE: Evidence = {
  expectedAt: null,
  deadlineAt: null,
  lastHeardAt: null,
  exitStatus: null,
  runId: null,
  pingNumber: null,
  durationMs: null,
  limitMs: null,
};
