import { describe, expect, test } from "vitest";
import { MINUTE_MS } from "@overdue/schedules";
import type { Reason } from "../checks/check.ts";
import { planNotifications } from "./plan-notifications.ts";
import type {
  Directory,
  Hours,
  Route,
  Severity,
  Step,
  Target,
  SentNotification,
  RoutingInput,
} from "./route.ts";

// Everything here is a line of words. Minutes count from the instant at which the check went down, Monday 2026-03-02
// 12:00 UTC. Steps: "0 chat, 15 phone @ops ~anna, 30 boss!" = after 0 min the channel chat; after 15 min the channel
// phone, who is on call in ops, and the person anna; after 30 min the boss, acknowledged or not.
// Answers: "chat" = first notification, "chat again" = a reminder, "| +15" = asks again at minute 15, "chat at +60" = held,
// "owners" = no list and no route leads to anybody.
const OPENED = Date.parse("2026-03-02T12:00:00Z");
const OFFICE = hours("UTC 1-5 08:00-18:00 hold");
const NIGHT_SHIFT = hours("UTC 1-7 22:00-06:00 hold");
const ELSEWHERE = hours("UTC 1-5 08:00-18:00 duty");

type Given = {
  /** The check's own channels. */
  own?: string;
  /** Steps of routes by name. */
  routes?: Record<string, string | Partial<Route>>;
  tags?: string;
  severity?: Severity;
  reason?: Reason;
  /** "chat 0 A": the channel chat was notified at minute 0 by route A. */
  sent?: string;
  acknowledged?: number;
  snoozedUntil?: number;
  dependsDown?: boolean;
  resolved?: number;
  /** Channels that were deleted. */
  gone?: string;
  /** Went down at another instant. */
  opened?: string;
};
type Row = [name: string, given: Given, minute: number, answer: string];

test.each([
  ["its route goes without", { ...route("0 chat"), recovery: false }],
  ["it is outside of its route's hours", { ...route("0 chat"), hours: NIGHT_SHIFT }],
])("what keeps incidents is notified at once that one is over, also where %s", (_, only) => {
  const given = { routes: { A: only }, sent: "chat 0 A", resolved: 5 };
  const input = routingInput(given, 5);
  const kept = { ...input.directory, incidentChannelIds: new Set(["chat"]) };
  expect(planNotifications({ ...input, directory: kept }).notifications).toMatchObject([
    { channelId: "chat", kind: "up", notBefore: OPENED + 5 * MINUTE_MS },
  ]);
});

describe.each<[string, Row[]]>([
  [
    "a check's own list",
    [
      ["is notified at once", { own: "chat mail" }, 0, "chat, mail"],
      ["where it is empty", {}, 0, "owners"],
      ["may be empty where the severity is info", { severity: "info" }, 0, ""],
      ["where it is empty, acknowledged", { acknowledged: 0 }, 1, ""],
      ["where the owners were notified", { sent: "mailbox 0 owners" }, 5, ""],
      ["is notified once", { own: "chat", sent: "chat 0 own" }, 5, ""],
      ["is notified late where we were late", { own: "chat" }, 300, "chat"],
      ["does without a deleted channel", { own: "chat mail", gone: "mail" }, 0, "chat"],
      ["is notified beside the routes", { own: "mail", routes: { A: "0 chat" } }, 0, "mail, chat"],
    ],
  ],
  [
    "what a route is for",
    [
      ["everything by itself", { routes: { A: "0 chat" } }, 0, "chat"],
      [
        "a tag that the check has",
        { tags: "prod db", routes: { A: on("0 chat", { tags: ["db"] }) } },
        0,
        "chat",
      ],
      ["a tag that it has not", { tags: "prod", routes: { A: on("0 chat", { tags: ["db"] }) } }, 0, "owners"],
      [
        "any of several tags",
        { tags: "db", routes: { A: on("0 chat", { tags: ["web", "db"] }) } },
        0,
        "chat",
      ],
      [
        "a tag by its whole name",
        { tags: "db2", routes: { A: on("0 chat", { tags: ["db"] }) } },
        0,
        "owners",
      ],
      ["a reason", { reason: "failed", routes: { A: on("0 chat", { reasons: ["failed"] }) } }, 0, "chat"],
      [
        "another reason",
        { reason: "missed", routes: { A: on("0 chat", { reasons: ["failed"] }) } },
        0,
        "owners",
      ],
      [
        "a severity",
        { severity: "critical", routes: { A: on("0 sms", { severities: ["critical"] }) } },
        0,
        "sms",
      ],
      [
        "a lesser one",
        { severity: "warning", routes: { A: on("0 sms", { severities: ["critical"] }) } },
        0,
        "owners",
      ],
      ["this check", { routes: { A: on("0 chat", { checkIds: ["check"] }) } }, 0, "chat"],
      ["another check", { routes: { A: on("0 chat", { checkIds: ["other"] }) } }, 0, "owners"],
      [
        "tag and severity together, both there",
        { tags: "db", severity: "info", routes: { A: on("0 chat", { tags: ["db"], severities: ["info"] }) } },
        0,
        "chat",
      ],
      [
        "tag and severity together, one missing",
        { tags: "db", routes: { A: on("0 chat", { tags: ["db"], severities: ["info"] }) } },
        0,
        "owners",
      ],
      [
        "runs only: silent about changes",
        { routes: { A: { ...route("0 chat"), notifyOn: runsOnly() } } },
        0,
        "owners",
      ],
    ],
  ],
  [
    "nobody is notified of one thing twice",
    [
      ["two routes to one channel", { routes: { A: "0 chat", B: "0 chat" } }, 0, "chat"],
      [
        "a route to a channel of the check's own",
        { own: "chat", routes: { A: "0 chat phone" } },
        0,
        "chat, phone",
      ],
      ["a person and their channel", { routes: { A: "0 anna-mail ~anna" } }, 0, "anna-mail, anna-phone"],
      ["a later route's only step", { routes: { A: "0 chat", B: "15 chat" }, sent: "chat 0 A" }, 15, ""],
      ["two people with one mailbox", { routes: { A: "0 ~bob ~carol" } }, 0, "shared-mail"],
    ],
  ],
  [
    "escalation",
    [
      ["waits for the first step's time", { routes: { A: "10 chat" } }, 0, "| +10"],
      ["tells it then", { routes: { A: "10 chat" } }, 10, "chat"],
      ["tells the first and says when it asks again", { routes: { A: "0 chat, 15 phone" } }, 0, "chat | +15"],
      ["is silent in between", { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A" }, 14, "| +15"],
      ["goes on to the second step", { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A" }, 15, "phone"],
      [
        "goes on to the third",
        { routes: { A: "0 chat, 15 phone, 60 boss" }, sent: "chat 0 A, phone 15 A" },
        60,
        "boss",
      ],
      [
        "counts from when the first was notified, however late that was",
        { routes: { A: "0 chat, 15 phone" }, sent: "chat 40 A" },
        41,
        "| +55",
      ],
      [
        "does not notify all steps at once after a delay of ours",
        { routes: { A: "0 chat, 15 phone" } },
        90,
        "chat | +105",
      ],
      [
        "tells a channel again that a later step names again",
        { routes: { A: "0 chat, 15 chat phone" }, sent: "chat 0 A" },
        15,
        "chat again, phone",
      ],
      [
        "does not repeat that step",
        { routes: { A: "0 chat, 15 chat phone" }, sent: "chat 0 A, chat 15 A, phone 15 A" },
        20,
        "",
      ],
      [
        "goes on where the first step has nobody",
        { routes: { A: "0 chat, 15 phone" }, gone: "chat" },
        15,
        "phone",
      ],
      [
        "follows the first step where another route notified it",
        { own: "chat", routes: { A: "0 chat, 15 phone" }, sent: "chat 0 own" },
        15,
        "phone",
      ],
      [
        "is asked for the earliest of several routes",
        { routes: { A: "0 chat, 15 phone", B: "5 boss" }, sent: "chat 0 A" },
        1,
        "| +5",
      ],
    ],
  ],
  [
    "acknowledged",
    [
      [
        "stops what would follow",
        { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A", acknowledged: 3 },
        15,
        "",
      ],
      [
        "does not stop a step that is notified in any case",
        { routes: { A: "0 chat, 15 phone, 60 boss!" }, sent: "chat 0 A", acknowledged: 3 },
        15,
        "| +60",
      ],
      [
        "and that step is notified",
        { routes: { A: "0 chat, 60 boss!" }, sent: "chat 0 A", acknowledged: 3 },
        60,
        "boss",
      ],
      ["stops reminders", { routes: { A: every(30, "0 chat") }, sent: "chat 0 A", acknowledged: 3 }, 60, ""],
      ["before anybody was notified, notifies nobody", { routes: { A: "10 chat" }, acknowledged: 3 }, 10, ""],
      ["taken back, goes on", { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A" }, 40, "phone"],
    ],
  ],
  [
    "snoozed",
    [
      [
        "holds the next step until it ends",
        { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A", snoozedUntil: 120 },
        15,
        "| +120",
      ],
      [
        "goes on when it ends, and reminds those who knew",
        { routes: { A: "0 chat, 15 phone" }, sent: "chat 0 A", snoozedUntil: 120 },
        120,
        "phone, chat again",
      ],
      [
        "reminds once of its end",
        { own: "chat", sent: "chat 0 own, chat 120 own", snoozedUntil: 120 },
        121,
        "",
      ],
      [
        "until it recovers, is silent for good",
        { own: "chat", sent: "chat 0 own", snoozedUntil: Infinity },
        9_000,
        "",
      ],
      [
        "and acknowledged, stays silent at its end",
        { own: "chat", sent: "chat 0 own", snoozedUntil: 30, acknowledged: 2 },
        30,
        "",
      ],
      [
        "holds reminders too",
        { routes: { A: every(30, "0 chat") }, sent: "chat 0 A", snoozedUntil: 45 },
        30,
        "| +45",
      ],
    ],
  ],
  [
    "held back by a dependency",
    [
      ["tells nobody and is looked at again", { own: "chat", dependsDown: true }, 0, "| +1"],
      ["goes on when that is up again", { own: "chat" }, 7, "chat"],
      ["counts its steps from then", { routes: { A: "0 chat, 15 phone" }, sent: "chat 7 A" }, 15, "| +22"],
    ],
  ],
  [
    "reminders",
    [
      [
        "come at the interval after the last message",
        { routes: { A: every(30, "0 chat") }, sent: "chat 0 A" },
        30,
        "chat again | +60",
      ],
      ["not before", { routes: { A: every(30, "0 chat") }, sent: "chat 0 A" }, 29, "| +30"],
      [
        "count from the last one",
        { routes: { A: every(30, "0 chat") }, sent: "chat 0 A, chat 31 A" },
        60,
        "| +61",
      ],
      [
        "come once by the shorter interval of two routes",
        { routes: { A: every(60, "0 chat"), B: every(20, "0 chat") }, sent: "chat 0 A" },
        20,
        "chat again | +40",
      ],
      [
        "go to the steps that were notified, each by its own time",
        { routes: { A: every(60, "0 chat, 15 phone") }, sent: "chat 0 A, phone 15 A" },
        60,
        "chat again | +75",
      ],
    ],
  ],
  [
    "hours",
    [
      ["in them, tells at once", { routes: { A: { ...route("0 chat"), hours: OFFICE } } }, 0, "chat"],
      [
        "outside, holds until they begin",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("0 chat"), hours: OFFICE } } },
        0,
        `| +${13 * 60}`,
      ],
      [
        "on Friday night, holds until Monday",
        { opened: "2026-03-06T18:00Z", routes: { A: { ...route("0 chat"), hours: OFFICE } } },
        0,
        `| +${62 * 60}`,
      ],
      [
        "tells when they begin, and counts its steps from there",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("0 chat, 15 phone"), hours: OFFICE } } },
        13 * 60,
        `chat | +${13 * 60 + 15}`,
      ],
      [
        "holds a step that would come after their end",
        {
          opened: "2026-03-02T17:50Z",
          sent: "chat 0 A",
          routes: { A: { ...route("0 chat, 15 phone"), hours: OFFICE } },
        },
        15,
        `| +${14 * 60 + 10}`,
      ],
      [
        "outside, tells those who stand in",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("0 chat"), hours: ELSEWHERE } } },
        0,
        "duty",
      ],
      [
        "in them, tells not those who stand in",
        { routes: { A: { ...route("0 chat"), hours: ELSEWHERE } } },
        0,
        "chat",
      ],
      [
        "outside, escalates to those who stand in again",
        {
          opened: "2026-03-02T19:00Z",
          sent: "duty 0 A",
          routes: { A: { ...route("0 chat, 15 phone"), hours: ELSEWHERE } },
        },
        15,
        "duty again",
      ],
      [
        "over midnight belong to the evening's day: Tuesday 05:59 is in",
        { opened: "2026-03-03T05:59Z", routes: { A: { ...route("0 chat"), hours: NIGHT_SHIFT } } },
        0,
        "chat",
      ],
      [
        "over midnight: 06:00 is out",
        { opened: "2026-03-03T06:00Z", routes: { A: { ...route("0 chat"), hours: NIGHT_SHIFT } } },
        0,
        `| +${16 * 60}`,
      ],
      [
        "by the wall clock of the zone, in winter",
        {
          opened: "2026-03-28T06:59Z",
          routes: { A: { ...route("0 chat"), hours: hours("Europe/Berlin 1-7 08:00-18:00 hold") } },
        },
        0,
        "| +1",
      ],
      [
        "and the day after, in summer",
        {
          opened: "2026-03-29T05:59Z",
          routes: { A: { ...route("0 chat"), hours: hours("Europe/Berlin 1-7 08:00-18:00 hold") } },
        },
        0,
        "| +1",
      ],
      [
        "hold a reminder",
        {
          opened: "2026-03-02T17:50Z",
          sent: "chat 0 A",
          routes: { A: { ...every(30, "0 chat"), hours: OFFICE } },
        },
        30,
        `| +${14 * 60 + 10}`,
      ],
      [
        "hold one route and not the other",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("0 chat"), hours: OFFICE }, B: "0 phone" } },
        0,
        `phone | +${13 * 60}`,
      ],
    ],
  ],
  [
    "people",
    [
      ["a person on all their channels", { routes: { A: "0 ~anna" } }, 0, "anna-mail, anna-phone"],
      ["who is on call", { routes: { A: "0 @ops" } }, 0, "anna-mail, anna-phone"],
      [
        "who is on call the week after",
        { opened: "2026-03-09T09:00Z", routes: { A: "0 @ops" } },
        0,
        "shared-mail",
      ],
      [
        "who is on call when a reminder comes, after the hand-over",
        {
          opened: "2026-03-09T07:50Z",
          sent: "anna-mail 0 A, anna-phone 0 A",
          routes: { A: every(30, "0 @ops") },
        },
        30,
        "shared-mail | +60",
      ],
      ["a person who is gone", { routes: { A: "0 ~nobody" } }, 0, "owners"],
    ],
  ],
  [
    "an edited route",
    [
      [
        "a step that was added is notified",
        { routes: { A: "0 chat, 10 phone, 15 boss" }, sent: "chat 0 A" },
        12,
        "phone | +15",
      ],
      ["a step that was taken away is not", { routes: { A: "0 chat" }, sent: "chat 0 A" }, 15, ""],
      [
        "a channel that was put in is notified at the next step",
        { routes: { A: "0 chat mail, 15 phone" }, sent: "chat 0 A" },
        15,
        "mail, phone",
      ],
      ["a deleted route says no more", { sent: "chat 0 A" }, 60, ""],
    ],
  ],
  [
    "a recovery",
    [
      [
        "goes to those who were notified",
        { own: "chat mail", sent: "chat 0 own", resolved: 9 },
        9,
        "chat up",
      ],
      ["goes to nobody where nobody was notified", { routes: { A: "10 chat" }, resolved: 9 }, 9, ""],
      [
        "goes to a channel once",
        { routes: { A: every(5, "0 chat") }, sent: "chat 0 A, chat 5 A", resolved: 9 },
        9,
        "chat up",
      ],
      [
        "is not sent by a route that does without",
        { routes: { A: noRecovery("0 chat") }, sent: "chat 0 A", resolved: 9 },
        9,
        "",
      ],
      [
        "is sent where another route wants it",
        { own: "chat", routes: { A: noRecovery("0 chat") }, sent: "chat 0 own", resolved: 9 },
        9,
        "chat up",
      ],
      ["goes to those whose route is gone", { sent: "chat 0 A", resolved: 9 }, 9, "chat up"],
      ["goes to no deleted channel", { own: "chat", gone: "chat", sent: "chat 0 own", resolved: 9 }, 9, ""],
      [
        "is not held back by a dependency",
        { own: "chat", sent: "chat 0 own", resolved: 9, dependsDown: true },
        9,
        "chat up",
      ],
      [
        "nor by an acknowledgement",
        { own: "chat", sent: "chat 0 own", resolved: 9, acknowledged: 2 },
        9,
        "chat up",
      ],
      [
        "nor by a snooze",
        { own: "chat", sent: "chat 0 own", resolved: 9, snoozedUntil: Infinity },
        9,
        "chat up",
      ],
      [
        "waits for the hours of its route",
        {
          opened: "2026-03-02T17:50Z",
          routes: { A: { ...route("0 chat"), hours: OFFICE } },
          sent: "chat 0 A",
          resolved: 20,
        },
        20,
        `chat up at +${14 * 60 + 10}`,
      ],
      [
        "comes at once where another route allows it",
        {
          opened: "2026-03-02T17:50Z",
          own: "chat",
          routes: { A: { ...route("0 chat"), hours: OFFICE } },
          sent: "chat 0 A",
          resolved: 20,
        },
        20,
        "chat up",
      ],
      [
        "of a night that was held comes in the morning, with its down",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("0 chat"), hours: OFFICE } }, resolved: 20 },
        20,
        `chat up at +${13 * 60}`,
      ],
      [
        "of a held night is nothing where the step was not due yet",
        { opened: "2026-03-02T19:00Z", routes: { A: { ...route("30 chat"), hours: OFFICE } }, resolved: 20 },
        20,
        "",
      ],
    ],
  ],
])("%s", (_, rows) => {
  test.each(rows)("%s", (_name, given, minute, answer) => {
    expect(answerOf(given, minute)).toBe(answer);
    expect(isSilentAfterSending(given, minute)).toBe(true);
  });
});

function answerOf(given: Given, minute: number): string {
  const input = routingInput(given, minute);
  const { opened } = { opened: input.incident.openedAt };
  const { notifications, nextAt, hasNoRecipients } = planNotifications(input);
  const words = notifications.map(({ channelId, kind, notBefore }) => {
    const what = { down: "", reminder: " again", up: " up" }[kind];
    return channelId + what + (notBefore > input.now ? ` at +${(notBefore - opened) / MINUTE_MS}` : "");
  });
  const next = nextAt === null ? "" : `| +${(nextAt - opened) / MINUTE_MS}`;
  return [words.join(", "), hasNoRecipients ? "owners" : "", next].filter((part) => part !== "").join(" ");
}

/** Planning again at once, after sending, plans nothing new: a crash after the write repeats nothing. */
function isSilentAfterSending(given: Given, minute: number): boolean {
  const input = routingInput(given, minute);
  const { notifications, nextAt } = planNotifications(input);
  if (given.resolved !== undefined) return true;
  const sent = [...input.sent, ...notifications.map((one) => ({ ...one, at: input.now }))];
  const again = planNotifications({ ...input, sent });
  return (
    again.notifications.length === 0 && again.nextAt === nextAt && (nextAt === null || nextAt > input.now)
  );
}

function routingInput(given: Given, minute: number): RoutingInput {
  const opened = given.opened === undefined ? OPENED : Date.parse(given.opened);
  const at = (minutes: number | undefined) => (minutes === undefined ? null : opened + minutes * MINUTE_MS);
  return {
    incident: {
      reason: given.reason ?? "missed",
      openedAt: opened,
      resolvedAt: at(given.resolved),
      acknowledgedAt: at(given.acknowledged),
      snoozedUntil: at(given.snoozedUntil),
    },
    check: {
      id: "check",
      tags: words(given.tags),
      severity: given.severity ?? "warning",
      channelIds: words(given.own),
    },
    dependsDown: given.dependsDown ?? false,
    routes: Object.entries(given.routes ?? {}).map(([id, of]) => ({
      ...route("0 chat"),
      ...(typeof of === "string" ? route(of) : of),
      id,
    })),
    directory: directoryWithout(words(given.gone)),
    sent: sentNotifications(given.sent ?? "", opened),
    now: opened + minute * MINUTE_MS,
  };
}

function sentNotifications(text: string, opened: number): SentNotification[] {
  return text.split(", ").flatMap((one) => {
    const [channelId = "", minute = "0", routeId = ""] = one.split(" ");
    return channelId === "" ? [] : [{ channelId, routeId, at: opened + Number(minute) * MINUTE_MS }];
  });
}

function directoryWithout(gone: readonly string[]): Directory {
  const all = words("chat mail phone boss sms duty anna-mail anna-phone shared-mail");
  const person = (id: string, channels: string) =>
    [id, { id, name: id, channelIds: words(channels) }] as const;
  const ops = {
    id: "ops",
    name: "ops",
    timezone: "UTC",
    every: "week" as const,
    startsOn: "2026-03-02",
    handOverAt: "08:00",
    personIds: ["anna", "bob"],
    overrides: [],
  };
  return {
    channelIds: new Set(all.filter((id) => !gone.includes(id))),
    people: new Map([
      person("anna", "anna-mail anna-phone"),
      person("bob", "shared-mail"),
      person("carol", "shared-mail"),
    ]),
    rotations: new Map([["ops", ops]]),
  };
}

function route(steps: string): Route {
  return {
    id: "",
    name: "test",
    match: { tags: [], reasons: [], severities: [], checkIds: [] },
    notifyOn: { changes: true, failures: false, runs: false, notices: false },
    steps: steps.split(", ").map(stepOf),
    repeatMinutes: null,
    hours: null,
    recovery: true,
  };
}

function stepOf(text: string): Step {
  const [after = "0", ...names] = text.replace("!", "").split(" ");
  return { afterMinutes: Number(after), targets: names.map(targetOf), ifUnacknowledged: !text.includes("!") };
}

function targetOf(name: string): Target {
  if (name.startsWith("@")) return { kind: "on-call", rotationId: name.slice(1) };
  if (name.startsWith("~")) return { kind: "person", personId: name.slice(1) };
  return { kind: "channel", channelId: name };
}

function on(steps: string, match: Partial<Route["match"]>): Route {
  return { ...route(steps), match: { ...route(steps).match, ...match } };
}

function every(repeatMinutes: number, steps: string): Route {
  return { ...route(steps), repeatMinutes };
}

function noRecovery(steps: string): Route {
  return { ...route(steps), recovery: false };
}

function runsOnly(): Route["notifyOn"] {
  return { changes: false, failures: false, runs: true, notices: false };
}

/** "UTC 1-5 08:00-18:00 hold", or the channel that stands in at the end. */
function hours(text: string): Hours {
  const [timezone = "", days = "", span = "", outside = ""] = text.split(" ");
  const [first = 1, last = 7] = days.split("-").map(Number);
  const [from = "", to = ""] = span.split("-");
  return {
    timezone,
    weekdays: Array.from({ length: last - first + 1 }, (_, index) => first + index),
    from,
    to,
    outside: outside === "hold" ? { kind: "hold" } : { kind: "instead", targets: [targetOf(outside)] },
  };
}

function words(text: string | undefined): string[] {
  return (text ?? "").split(" ").filter((word) => word !== "");
}
