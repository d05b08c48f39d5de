import type { ChannelWithChecks } from "@overdue/db";
import { z } from "zod";

import { only } from "../http/only.ts";
import { iso, isoOrNull, Timestamp } from "../http/time.ts";

const Name = z.string().trim().min(1, "Give the channel a name.").max(100, "Use at most 100 characters.");
const CheckIds = z.union([z.array(z.uuid()).max(1_000), z.literal("all")]);
const Settings = z.record(z.string(), z.unknown()).meta({
  description:
    "By kind: email {to}; telegram {chat, topic?, token?}; slack {url}; webhook {url, secret?, headers?}.",
});

export const ChannelInput = z
  .strictObject({
    kind: z.string().max(50),
    name: Name,
    settings: Settings,
    checkIds: CheckIds.default("all").meta({
      description: "Checks that alert it; by itself, all there are now.",
    }),
  })
  .meta({ id: "ChannelInput" });

export const ChannelPatch = z
  .strictObject({ name: Name, settings: Settings, checkIds: CheckIds })
  .partial()
  .meta({
    id: "ChannelPatch",
    description: "Settings are replaced as a whole, since stored secrets are never shown.",
  });

export const ChannelView = z
  .object({
    id: z.uuid(),
    kind: z.string(),
    name: z.string(),
    hint: z.string().meta({ description: "What may be shown of the settings." }),
    checkIds: z.array(z.uuid()),
    brokenAt: Timestamp.nullable().meta({
      description: "Since when nothing is sent, until a person mends it.",
    }),
    brokenBecause: z.string().nullable(),
    lastSentAt: Timestamp.nullable(),
    version: z.int().meta({ description: "Grows with every edit; it is the ETag, for If-Match." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Channel" });

/** `shownOnce`: what was made for the person, such as a signing secret. */
export const SavedChannelView = ChannelView.extend({ shownOnce: z.record(z.string(), z.string()) }).meta({
  id: "SavedChannel",
});

export function channelView(row: ChannelWithChecks) {
  return only(ChannelView, {
    ...row,
    brokenAt: isoOrNull(row.brokenAt),
    lastSentAt: isoOrNull(row.lastSentAt),
    createdAt: iso(row.createdAt),
  });
}
