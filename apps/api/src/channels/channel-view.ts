import { formerSecretEnd } from "@overdue/channels";
import { type ChannelWithChecks, hasKeyOf, type Keyring, openSettings } from "@overdue/db";
import type { Instant } from "@overdue/schedules";
import { z } from "zod";

import { DeliveryState, iso, isoOrNull, pickFields, Timestamp } from "../http/schemas.ts";

const Name = z.string().trim().min(1, "Give the channel a name.").max(100, "Use at most 100 characters.");
const CheckIds = z.union([z.array(z.uuid()).max(1_000), z.literal("all")]);
const Settings = z.record(z.string(), z.unknown()).meta({
  description:
    "By kind: email {to}; telegram {chat, topic?, token?}; slack {url}; webhook {url, secret?, headers?}.",
});

/** A digest comes at most a day late. */
const COLLECT_MINUTES_MAX = 1_440;
export const CollectMinutes = z
  .int("Collect for a whole number of minutes.")
  .min(0, "Use 0 to be notified at once.")
  .max(COLLECT_MINUTES_MAX, "Collect for at most 1,440 minutes, a day.")
  .meta({
    description:
      "For how many minutes messages are collected, to be sent as one digest; 0: each is sent at once. Messages about critical checks are never collected.",
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
      description: "The checks that alert it; by default, all that exist now.",
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
      description:
        "Whether it gets what another channel of the project could not deliver; at most one channel does.",
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
    hint: z.string().meta({ description: "The part of the settings that may be shown." }),
    checkIds: z.array(z.uuid()),
    brokenAt: Timestamp.nullable().meta({
      description:
        "Since when nothing is sent. If a provider refused it, it is tested again from time to time, until a test arrives.",
    }),
    brokenBecause: z.string().nullable(),
    brokenBy: z.enum(["provider", "bounce", "recipient"]).nullable().meta({
      description:
        "provider: it refused a message; correct the channel and send a test. bounce: a mail came back later; it is not tested automatically, so send a test. recipient: they unsubscribed; save the address again, which asks them again.",
    }),
    unconfirmedSince: Timestamp.nullable().meta({
      description:
        "Since when a mail address waits for its owner's confirmation. Until then its alerts go to the fallback, or else to the project's owners. Null: there is nothing to confirm.",
    }),
    askedAt: Timestamp.nullable().meta({ description: "When its owner was last asked to confirm." }),
    isUnreadable: z.boolean().meta({
      description:
        "Its settings were encrypted with a SECRET_KEY that this instance does not have, so its alerts wait: the operator adds the former key, or the settings are saved again.",
    }),
    formerSecretUntil: Timestamp.nullable().meta({
      description:
        "Until when a webhook's requests are signed with its former secret too; null: they are not.",
    }),
    lastSentAt: Timestamp.nullable().meta({ description: "When a message last arrived there." }),
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
        "After several errors in a row, all messages but one wait until then; null: it works as far as known.",
    }),
    isFallback: z.boolean(),
    proveWeekly: z.boolean(),
    collectMinutes: z.int(),
    groups: Groups,
    managedBy: z.enum(["config"]).nullable().meta({
      description:
        "config: an applied configuration file owns it, and overwrites changes when it is applied again; null: people do.",
    }),
    version: z.int().meta({ description: "Grows with every edit; it is the ETag, for If-Match." }),
    createdAt: Timestamp,
  })
  .meta({ id: "Channel" });

/** `shownOnce`: generated secrets, such as a signing secret. */
export const SavedChannelView = ChannelView.extend({ shownOnce: z.record(z.string(), z.string()) }).meta({
  id: "SavedChannel",
});

export function channelView(row: ChannelWithChecks, { keyring, now }: { keyring: Keyring; now: Instant }) {
  return pickFields(ChannelView, {
    ...row,
    isUnreadable: !hasKeyOf(keyring, row.settings),
    formerSecretUntil: isoOrNull(formerSecretUntil(row, { keyring, now })),
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

function formerSecretUntil(row: ChannelWithChecks, { keyring, now }: { keyring: Keyring; now: Instant }) {
  if (row.kind !== "webhook") return null;
  const settings = openSettings(keyring, { projectId: row.projectId, channelId: row.id }, row.settings);
  const end = settings === null ? null : formerSecretEnd(settings, now);
  return end === null ? null : new Date(end);
}
