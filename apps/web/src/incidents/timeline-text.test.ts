import { expect, test } from "vitest";

import type { TimelineItem } from "./incident-queries.ts";
import { timelineText } from "./timeline-text.ts";

const at = "2026-11-20T21:00:00Z";
const flip = { kind: "flip", id: "f", at, from: "up", detectedAt: at } as const;
const delivery = {
  kind: "delivery",
  id: "d",
  at,
  channelId: "c",
  channelName: "Ops chat",
  channelKind: "slack",
  finishedAt: at,
} as const;

test.each<[TimelineItem, string]>([
  [{ ...flip, to: "down", reason: "failed" }, "Down: the job failed"],
  [{ ...flip, to: "up", reason: null }, "Up again"],
  [
    { ...delivery, tells: "down", state: "sent", attempts: 1, lastError: null },
    "Down alert to Ops chat: accepted",
  ],
  [
    { ...delivery, tells: "up", state: "failed", attempts: 3, lastError: "404 no such hook" },
    "Recovery to Ops chat: given up after 3 tries (404 no such hook)",
  ],
  [{ kind: "acknowledged", id: "e", at, by: "Ada", text: "" }, "Ada acknowledged it"],
  [{ kind: "snoozed", id: "e", at, by: "Ada", text: "infinity" }, "Ada snoozed it until it recovers"],
  [
    { kind: "maintenance", id: "w", at, until: at, by: "Ada", text: "deploy" },
    "Maintenance “deploy”, planned by Ada",
  ],
  [{ kind: "note", id: "e", at, by: "Ada", text: "disk was full" }, "Ada: disk was full"],
])("%j", (item, text) => {
  expect(timelineText(item)).toBe(text);
});
