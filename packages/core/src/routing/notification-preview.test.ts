import { expect, test } from "vitest";
import type { Directory, Route, RoutedCheck } from "./route.ts";
import { RouteInput } from "./route-input.ts";
import { previewNotifications } from "./notification-preview.ts";

const SUNDAY_AT_THREE = Date.parse("2026-03-08T03:00:00Z");
const [CHAT, PHONE] = [
  "0199a1b2-0000-7000-8000-000000000001",
  "0199a1b2-0000-7000-8000-000000000002",
] as const;
const directory: Directory = {
  channelIds: new Set(["mail", CHAT, PHONE]),
  people: new Map(),
  rotations: new Map(),
};
const check: RoutedCheck = { id: "check", tags: [], severity: "warning", channelIds: ["mail"] };
const channel = (channelId: string) => ({ kind: "channel", channelId });

function heardAt(at: number, ...inputs: object[]): string[] {
  const routes = inputs.map((input, index): Route => ({ id: `r${index}`, ...RouteInput.parse(input) }));
  const { notifications } = previewNotifications({ check, reason: "missed", at, routes, directory });
  const names = new Map<string, string>([
    ["mail", "mail"],
    [CHAT, "chat"],
    [PHONE, "phone"],
  ]);
  return notifications.map(
    (one) => `${names.get(one.channelId)} ${one.kind} after ${one.afterSeconds / 60} min`,
  );
}

test("at three on a Sunday: the check's own at once, the phone after a quarter, the office on Monday", () => {
  const office = {
    name: "office",
    steps: [{ afterMinutes: 0, targets: [channel(CHAT)] }],
    hours: {
      timezone: "UTC",
      weekdays: [1, 2, 3, 4, 5],
      from: "08:00",
      to: "18:00",
      outside: { kind: "hold" },
    },
  };
  const phone = { name: "phone", steps: [{ afterMinutes: 15, targets: [channel(PHONE)] }] };
  expect(heardAt(SUNDAY_AT_THREE, office, phone)).toEqual([
    "mail down after 0 min",
    "phone down after 15 min",
    `chat down after ${29 * 60} min`,
  ]);
});

test("what repeats for ever is shown twice and left at that", () => {
  const nag = { name: "nag", steps: [{ afterMinutes: 5, targets: [channel(CHAT)] }], repeatMinutes: 60 };
  expect(heardAt(SUNDAY_AT_THREE, nag)).toEqual([
    "mail down after 0 min",
    "chat down after 5 min",
    "chat reminder after 65 min",
    "chat reminder after 125 min",
  ]);
});

test("where nobody is named the owners would be notified", () => {
  const alone = { ...check, channelIds: [] };
  const question = { reason: "missed" as const, at: SUNDAY_AT_THREE, routes: [], directory };
  expect(previewNotifications({ ...question, check: alone })).toEqual({
    notifications: [],
    ownersInstead: true,
  });
  expect(previewNotifications({ ...question, check: { ...alone, severity: "info" } }).ownersInstead).toBe(
    false,
  );
});

test("why is said in words", () => {
  const nag = RouteInput.parse({ name: "nag", steps: [{ afterMinutes: 5, targets: [channel(CHAT)] }] });
  const { notifications } = previewNotifications({
    check,
    reason: "missed",
    at: 0,
    routes: [{ id: "r", ...nag }],
    directory,
  });
  expect(notifications.map(({ because }) => because)).toEqual([
    "the check's own channels",
    "route “nag”, step 1",
  ]);
});

test.each([
  ["no step", { name: "x", steps: [] }, "A route needs at least one step."],
  [
    "no name",
    { name: " ", steps: [{ afterMinutes: 0, targets: [channel(CHAT)] }] },
    "Give the route a name.",
  ],
  [
    "a step without targets",
    { name: "x", steps: [{ afterMinutes: 0, targets: [] }] },
    "Name at least one target: a channel, a person or a rotation.",
  ],
  [
    "steps out of order",
    { name: "x", steps: [0, 0].map((afterMinutes) => ({ afterMinutes, targets: [channel(CHAT)] })) },
    "Each step comes later than the one before it: order them by afterMinutes.",
  ],
  [
    "an hour that is none",
    {
      name: "x",
      steps: [{ afterMinutes: 0, targets: [channel(CHAT)] }],
      hours: { timezone: "UTC", weekdays: [1], from: "24:00", to: "18:00", outside: { kind: "hold" } },
    },
    "Write a time as 08:00, from 00:00 to 23:59.",
  ],
])("%s is refused in a sentence", (_, input, sentence) => {
  expect(RouteInput.safeParse(input).error?.issues.map(({ message }) => message)).toEqual([sentence]);
});
