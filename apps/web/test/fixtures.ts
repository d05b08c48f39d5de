import { channelKinds } from "@overdue/channels";
import { defaultDetails, defaultSettings } from "@overdue/core";

import type { RouteView } from "../src/alert-routes/route-queries.ts";
import type { Names } from "../src/alert-routes/route-text.ts";
import type { ChannelKind, ChannelView } from "../src/channels/channel-queries.ts";
import type { CheckOverview, CheckView } from "../src/checks/check-queries.ts";
import type { DeliveryView } from "../src/deliveries/delivery-queries.ts";
import type { IncidentView, PingView } from "../src/history/history-queries.ts";
import type { IncidentDetail } from "../src/incidents/incident-queries.ts";
import type { WindowView } from "../src/maintenance/maintenance-queries.ts";
import type { PersonView, RotationView } from "../src/on-call/on-call-queries.ts";

export const PROJECT = "0195f1c2-0000-7000-8000-000000000001";
export const CHECK = "0195f1c2-0000-7000-8000-0000000000c1";

/** The kinds of channels as the API lists them, on a server that can send e-mails. */
export const CHANNEL_KINDS: ChannelKind[] = Object.entries(channelKinds).map(
  ([kind, { title, summary, group, forMachines, fields }]) => ({
    kind,
    title,
    summary,
    group,
    forMachines,
    fields: fields.map(({ choices = [], ...field }) => ({ ...field, choices: [...choices] })),
    warning: null,
  }),
);

export function aChannelKind(name: string): ChannelKind {
  const found = CHANNEL_KINDS.find(({ kind }) => kind === name);
  if (found === undefined) throw new Error(`There is no kind of channel “${name}”.`);
  return found;
}

/** A check as the API returns it: new, every five minutes, all settings at their defaults. */
export function aCheck(check: Partial<CheckView> = {}): CheckView {
  return {
    id: CHECK,
    projectId: PROJECT,
    ...defaultDetails,
    scheduleText: "Every 5 minutes",
    schedule: { kind: "interval", everySeconds: 300 },
    ...defaultSettings,
    graceSeconds: 300,
    channelIds: [],
    dependsOn: [],
    maintenance: null,
    status: "new",
    started: false,
    openRuns: [],
    pingCount: 0,
    lastHeardAt: null,
    lastPingAt: null,
    lastSuccessAt: null,
    lastStartAt: null,
    lastDurationMs: null,
    expectedAt: null,
    deadlineAt: null,
    pingUrl: null,
    slugPingUrl: null,
    pingEmail: null,
    managedBy: null,
    badgeUrl: null,
    version: 1,
    createdAt: "2026-11-01T00:00:00.000Z",
    updatedAt: "2026-11-01T00:00:00.000Z",
    ...check,
  };
}

/** The same check as lists show it. */
export function anOverview(check: Partial<CheckOverview> = {}): CheckOverview {
  return {
    id: CHECK,
    name: "nightly backup",
    tags: [],
    severity: "warning",
    scheduleText: "Every 5 minutes",
    status: "new",
    channels: 0,
    strip: "",
    ...check,
  };
}

export const AT = "2026-11-20T12:00:00.000Z";

/** A confirmed e-mail channel that has never sent anything. */
export function aChannel(channel: Partial<ChannelView> = {}): ChannelView {
  return {
    id: "ops",
    kind: "email",
    name: "Ops mailbox",
    hint: "ops@example.org",
    checkIds: [],
    brokenAt: null,
    brokenBecause: null,
    brokenBy: null,
    unconfirmedSince: null,
    askedAt: null,
    isUnreadable: false,
    formerSecretUntil: null,
    lastSentAt: null,
    restsUntil: null,
    lastTrial: null,
    isFallback: false,
    proveWeekly: false,
    collectMinutes: 0,
    groups: null,
    managedBy: null,
    version: 1,
    createdAt: AT,
    ...channel,
  };
}

/** A down alert of a check that was sent at the first attempt. */
export function aDelivery(delivery: Partial<DeliveryView> = {}): DeliveryView {
  return {
    id: "d1",
    kind: "down",
    state: "sent",
    channelId: "ops",
    toOwner: false,
    checkId: CHECK,
    incidentId: "i1",
    because: "",
    leaderId: null,
    attempt: 1,
    uncertain: false,
    createdAt: AT,
    nextAttemptAt: AT,
    finishedAt: "2026-11-20T12:00:02.000Z",
    providerRef: null,
    lastError: null,
    latencyMs: null,
    fallbackFor: null,
    dealtWithAt: null,
    attempts: [],
    ...delivery,
  };
}

/** A successful ping by curl without a body. */
export function aPing(ping: Partial<PingView> = {}): PingView {
  return {
    number: 1,
    id: `ping-${ping.number ?? 1}`,
    kind: "success",
    note: null,
    receivedAt: AT,
    rid: null,
    exitStatus: null,
    scheme: "http",
    method: "GET",
    remoteAddress: "203.0.113.7",
    userAgent: "curl/8.5",
    subject: null,
    bodyBytes: 0,
    bodyCut: false,
    bodyBytesLeftOut: 0,
    repeats: 0,
    metrics: null,
    facts: null,
    lateMs: null,
    ...ping,
  };
}

export const NO_EVIDENCE: IncidentView["evidence"] = {
  expectedAt: null,
  deadlineAt: null,
  lastHeardAt: null,
  exitStatus: null,
  runId: null,
  pingNumber: null,
  durationMs: null,
  limitMs: null,
};

/** An open incident of a missed run that nobody has acknowledged. */
export function anIncident(incident: Partial<IncidentDetail> = {}): IncidentDetail {
  return {
    id: "i1",
    checkId: CHECK,
    checkName: "nightly backup",
    checkSlug: "nightly-backup",
    checkTags: [],
    checkStatus: "down",
    severity: "warning",
    reason: "missed",
    openedAt: AT,
    resolvedAt: null,
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    host: null,
    address: null,
    stormId: null,
    entries: 0,
    heldBy: [],
    evidence: NO_EVIDENCE,
    exitStatus: null,
    exitMeaning: null,
    output: null,
    outputPing: null,
    deliveredLate: null,
    alsoDown: [],
    ...incident,
  };
}

/** An alert route of any check to the channel "ops", immediately. */
export function aRoute(route: Partial<RouteView> = {}): RouteView {
  return {
    id: "r1",
    version: 1,
    position: 0,
    name: "Ops",
    match: { tags: [], reasons: [], severities: [], checkIds: [] },
    notifyOn: { changes: true, failures: false, runs: false, notices: false },
    steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: "ops" }], ifUnacknowledged: true }],
    repeatMinutes: null,
    hours: null,
    recovery: true,
    managedBy: null,
    createdAt: AT,
    updatedAt: AT,
    ...route,
  };
}

/** A weekly maintenance window of the whole project, outside of its hours. */
export function aWindow(window: Partial<WindowView> = {}): WindowView {
  return {
    id: "w1",
    version: 1,
    name: "Patch day",
    rule: { kind: "weekly", weekdays: [7], time: "02:00", minutes: 120, timezone: "Europe/Berlin" },
    tags: [],
    checkIds: [],
    active: null,
    next: { from: "2026-11-22T01:00:00.000Z", until: "2026-11-22T03:00:00.000Z" },
    createdBy: "Ada",
    createdAt: AT,
    ...window,
  };
}

/** A weekly rotation of Ada and Bob, with Ada on call. */
export function aRotation(rotation: Partial<RotationView> = {}): RotationView {
  return {
    id: "primary",
    version: 1,
    name: "Primary",
    timezone: "Europe/Berlin",
    every: "week",
    startsOn: "2026-11-16",
    handOverAt: "09:00",
    personIds: ["ada", "bob"],
    overrides: [],
    onCall: { personId: "ada", name: "Ada", until: "2026-11-23T08:00:00.000Z" },
    createdAt: AT,
    updatedAt: AT,
    ...rotation,
  };
}

export function aPerson(person: Partial<PersonView> = {}): PersonView {
  return { id: "ada", version: 1, name: "Ada", channelIds: ["ops"], createdAt: AT, updatedAt: AT, ...person };
}

/** The names for the ids in these fixtures. */
export const NAMES: Names = {
  checks: new Map([[CHECK, "nightly backup"]]),
  channels: new Map([["ops", "Ops mailbox"]]),
  people: new Map([
    ["ada", "Ada"],
    ["bob", "Bob"],
  ]),
  rotations: new Map([["primary", "Primary"]]),
};
