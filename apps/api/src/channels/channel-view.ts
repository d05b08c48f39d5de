import type { ChannelWithChecks } from "@overdue/db";
import { z } from "zod";

import { DeliveryState, iso, isoOrNull, pickFields, Timestamp } from "../http/schemas.ts";

const Name = z.string().trim().min(1, "Give the channel a name.").max(100, "Use at most 100 characters.");
const CheckIds = z.union([z.array(z.uuid()).max(1_000), z.literal("all")]);
const Settings = z.record(z.string(), z.unknown()).meta({
  description:
    "By kind: email {to}; telegram {chat, topic?, token?}; slack {url}; webhook {url, secret?, headers?}.",
});

/** How long a channel may collect: a digest that comes a day late at most. */
const COLLECT_MINUTES_MAX = 1_440;
export const CollectMinutes = z
  .int("Collect for a whole number of minutes.")
  .min(0, "Use 0 to be notified at once.")
  .max(COLLECT_MINUTES_MAX, "Collect for at most 1,440 minutes, a day.")
  .meta({
    description:
      "Messages are collected for so long and come as one digest; 0: at once. Messages about critical checks are never collected.",
  });
export const Groups = z.boolean().nullable().meta({
  description:
    "Whether alerts that share a host, an address, a tag or a dependency come as one message; null: as its kind does (people's do, programs' do not).",
});

export const ChannelInput = z
  .strictObject({
    kind: z.string().max(50),
    name: Name,
    settings: Settings,
    checkIds: CheckIds.default("all").meta({
      description: "Checks that alert it; by itself, all there are now.",
    }),
    collectMinutes: CollectMinutes.default(0),
    groups: Groups.default(null),
  })
  .meta({ id: "ChannelInput" });

export const ChannelPatch = z
  .strictObject({
    name: Name,
    settings: Settings,
    checkIds: CheckIds,
    isFallback: z.boolean().meta({
      description: "It gets at once what another channel of the project could not deliver; at most one does.",
    }),
    proveWeekly: z.boolean().meta({ description: "Send a test when nothing else has arrived for a week." }),
    collectMinutes: CollectMinutes,
    groups: Groups,
  })
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
      description:
        "Since when nothing is sent; what a provider refused is tried once a day, until a test arrives.",
    }),
    brokenBecause: z.string().nullable(),
    brokenBy: z.enum(["provider", "bounce", "recipient"]).nullable().meta({
      description:
        "provider: it refused a message; send a test to mend it. bounce: a mail came back later; it is tried by nobody but you. recipient: they unsubscribed; only saving the address anew mends it, which asks them again.",
    }),
    unconfirmedSince: Timestamp.nullable().meta({
      description:
        "Since when a mail address waits for its reader to agree. Until then its alerts go to the fallback, or else to the project's owners. Null: there is nothing to confirm.",
    }),
    askedAt: Timestamp.nullable().meta({ description: "When its reader was last asked by mail to agree." }),
    lastSentAt: Timestamp.nullable().meta({ description: "When it was last proven: a message arrived." }),
    lastTrial: z
      .object({
        deliveryId: z.uuid(),
        kind: z.enum(["test", "confirm"]),
        state: DeliveryState,
        createdAt: Timestamp,
        lastError: z.string().nullable(),
      })
      .nullable()
      .meta({
        id: "ChannelTrial",
        description:
          "The newest test message, or request for a confirmation, of the last day; the delivery has each attempt.",
      }),
    restsUntil: Timestamp.nullable().meta({
      description:
        "After errors in a row all but one attempt wait until then; null: it works as far as known.",
    }),
    isFallback: z.boolean(),
    proveWeekly: z.boolean(),
    collectMinutes: z.int(),
    groups: Groups,
    managedBy: z.enum(["config"]).nullable().meta({
      description:
        "config: a file that was applied owns it, and will set it right again; null: nobody but people.",
    }),
    version: z.int().meta({ description: "Grows with every edit; it is the ETag, for If-Match." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Channel" });

/** `shownOnce`: what was made for the person, such as a signing secret. */
export const SavedChannelView = ChannelView.extend({ shownOnce: z.record(z.string(), z.string()) }).meta({
  id: "SavedChannel",
});

export function channelView(row: ChannelWithChecks) {
  return pickFields(ChannelView, {
    ...row,
    brokenAt: isoOrNull(row.brokenAt),
    brokenBy: row.brokenAt === null ? null : (row.brokenBy ?? ("provider" as const)),
    unconfirmedSince: isoOrNull(row.unconfirmedSince),
    askedAt: isoOrNull(row.askedAt),
    lastSentAt: isoOrNull(row.lastSentAt),
    restsUntil: isoOrNull(row.circuitUntil),
    lastTrial: row.lastTrial && { ...row.lastTrial, createdAt: iso(row.lastTrial.createdAt) },
    createdAt: iso(row.createdAt),
  });
}
