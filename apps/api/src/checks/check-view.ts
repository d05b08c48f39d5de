import {
  CheckSettingsInput,
  detailsOf,
  DISPLAY_STATUSES,
  displayStatus,
  nextExpectedAt,
  maintenanceAt,
  SEVERITIES,
} from "@overdue/core";
import { type Instant, storedText } from "@overdue/schedules";
import { toCheck, type LinkedCheck, checkSettings } from "@overdue/db";
import { z } from "zod";

import { iso, isoOrNull, Timestamp } from "../http/schemas.ts";

const OpenRun = z.object({
  id: z.uuid(),
  rid: z.uuid().nullable(),
  host: z.string().nullable(),
  startedAt: Timestamp,
  deadlineAt: Timestamp.nullable(),
});

/** A check as the API returns it: its settings and its state. */
export const CheckView = z
  .object({
    id: z.uuid(),
    projectId: z.uuid(),
    name: z.string(),
    slug: z.string(),
    tags: z.array(z.string()),
    description: z.string(),
    ...CheckSettingsInput.shape,
    scheduleText: z.string().meta({ description: "The schedule in plain English." }),
    methods: z.string(),
    filterSubject: z.boolean(),
    filterBody: z.boolean(),
    filterHttpBody: z.boolean(),
    filterDefaultFail: z.boolean(),
    startKeywords: z.string(),
    successKeywords: z.string(),
    failureKeywords: z.string(),
    channelIds: z.array(z.uuid()),
    severity: z.enum(SEVERITIES),
    dependsOn: z
      .array(z.uuid())
      .meta({ description: "While one of these checks is down, the alert of this one is held back." }),
    maintenance: z.object({ from: Timestamp, until: Timestamp }).nullable().meta({
      description: "The maintenance window that lasts now: no deadline is evaluated until its end.",
    }),
    status: z.enum(DISPLAY_STATUSES),
    started: z.boolean().meta({ description: "A run is open." }),
    openRuns: z.array(OpenRun),
    pingCount: z.int(),
    lastHeardAt: Timestamp.nullable().meta({
      description: "The last ping of any kind, also a start, and one that repeats another.",
    }),
    lastPingAt: Timestamp.nullable().meta({ description: "The last success or failure." }),
    lastSuccessAt: Timestamp.nullable().meta({
      description: "When a run last ended well; null if no such run is kept.",
    }),
    lastStartAt: Timestamp.nullable(),
    lastDurationMs: z.int().nullable(),
    expectedAt: Timestamp.nullable().meta({
      description: "When the next ping is due, also of a check that is down; null for a paused one.",
    }),
    deadlineAt: Timestamp.nullable().meta({
      description: "When the check goes down unless a ping comes first.",
    }),
    pingUrl: z
      .string()
      .nullable()
      .meta({ description: "A secret; null for viewers and for keys that only read." }),
    slugPingUrl: z.string().nullable(),
    pingEmail: z.string().nullable().meta({
      description:
        "A mail to this address is a ping; null if no mails are taken, and wherever `pingUrl` is null.",
    }),
    badgeUrl: z.string().nullable(),
    managedBy: z.enum(["config"]).nullable().meta({
      description:
        "config: an applied configuration file owns it, and overwrites changes when it is applied again; null: people do.",
    }),
    version: z.int().meta({ description: "Grows with every edit; send it in If-Match." }),
    createdAt: Timestamp,
    updatedAt: Timestamp,
  })
  .meta({ id: "Check" });
export type CheckView = z.infer<typeof CheckView>;

/** The response to creating or editing a check. */
export const SavedCheckView = CheckView.extend({
  warnings: z.array(z.string()).meta({
    description:
      "Warnings about the schedule that was sent, such as weekdays that its scheduler counts differently from cron.",
  }),
}).meta({ id: "SavedCheck" });

export type ViewOptions = {
  now: Instant;
  publicUrl: string;
  pingUrlBase: string;
  pingEmailDomain: string | null;
  canWrite: boolean;
  canSeeDetails: boolean;
  pingKey: string | null;
};

export function checkView(row: LinkedCheck, options: ViewOptions): CheckView {
  const { id, projectId, channelIds, managedBy, version } = row;
  return {
    id,
    projectId,
    ...detailsOf(row),
    channelIds,
    dependsOn: row.dependsOn,
    managedBy,
    version,
    ...checkSettings(row),
    maintenance: maintenanceView(row, options.now),
    scheduleText: storedText(row.schedule),
    ...stateView(row, options),
    ...addressView(row, options),
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

function maintenanceView({ maintenance }: LinkedCheck, now: Instant) {
  const span = maintenance === null ? null : maintenanceAt(maintenance, now);
  return span === null ? null : { from: iso(span.from), until: iso(span.until) };
}

function stateView(row: LinkedCheck, { now, canSeeDetails }: ViewOptions) {
  const { openRuns } = row.memory;
  return {
    status: displayStatus(toCheck(row), now),
    started: openRuns.length > 0,
    openRuns: openRuns.map(({ id, rid, host, startedAt, deadlineAt }) => ({
      id,
      rid,
      host: canSeeDetails ? host : null,
      startedAt: iso(startedAt),
      deadlineAt: isoOrNull(deadlineAt),
    })),
    pingCount: row.pingCount,
    lastHeardAt: isoOrNull(lastHeardAt(row)),
    lastPingAt: isoOrNull(row.lastPingAt),
    lastSuccessAt: isoOrNull(row.lastSuccessAt),
    lastStartAt: isoOrNull(row.lastStartAt),
    lastDurationMs: row.lastDurationMs,
    expectedAt: isoOrNull(nextExpectedAt(toCheck(row))),
    deadlineAt: isoOrNull(row.deadlineAt),
  };
}

/** When the last ping of any kind came; null: none has come yet. */
export function lastHeardAt({
  lastPingAt,
  lastStartAt,
  memory,
}: Pick<LinkedCheck, "lastPingAt" | "lastStartAt" | "memory">): Instant | null {
  const at = Math.max(lastPingAt?.getTime() ?? 0, lastStartAt?.getTime() ?? 0, memory.receivedAt ?? 0);
  return at === 0 ? null : at;
}

function addressView(row: LinkedCheck, options: ViewOptions) {
  const { publicUrl, pingUrlBase, pingEmailDomain, canWrite, pingKey } = options;
  const bySlug = canWrite && row.slug !== "" && pingKey !== null;
  return {
    pingUrl: canWrite ? `${pingUrlBase}${row.pingUuid}` : null,
    slugPingUrl: bySlug ? `${pingUrlBase}${pingKey}/${row.slug}` : null,
    pingEmail: canWrite && pingEmailDomain !== null ? `${row.pingUuid}@${pingEmailDomain}` : null,
    badgeUrl: `${publicUrl}/b/3/${row.badgeUuid}.svg`,
  };
}
