import type { StatusPageRow, StatusPostRow, SubscriberRow } from "@overdue/db";
import { z } from "zod";

import { iso, isoOrNull, STAMPS, Timestamp, Version } from "../http/schemas.ts";

const Entry = z.object({
  checkId: z.uuid(),
  group: z.string().meta({ description: "Entries with the same text stand together; may be empty." }),
  name: z.string().meta({ description: "What visitors see." }),
});

export const StatusPageView = z
  .object({
    id: z.uuid(),
    version: Version,
    name: z.string(),
    slug: z.string(),
    url: z.string().meta({ description: "Where visitors find it." }),
    description: z.string(),
    host: z.string().nullable(),
    visibility: z.enum(["public", "password"]),
    hasPassword: z.boolean().meta({ description: "A password is set; it is never shown." }),
    theme: z.enum(["auto", "light", "dark"]),
    timezone: z.string(),
    showsIncidents: z.boolean(),
    entries: z.array(Entry).meta({ description: "In the order in which they are shown." }),
    subscribers: z.int().meta({ description: "How many addresses get its updates." }),
    managedBy: z.enum(["config"]).nullable().meta({ description: "config: a file made it its own." }),
    ...STAMPS,
  })
  .meta({ id: "StatusPage" });
export type StatusPageView = z.infer<typeof StatusPageView>;

export function statusPageView(row: StatusPageRow, publicUrl: string): StatusPageView {
  const { id, version, slug, description, host, visibility, theme, timezone } = row;
  return {
    id,
    version,
    name: row.name,
    slug,
    url: pageUrl({ slug, host }, publicUrl),
    description,
    host,
    visibility,
    hasPassword: row.passwordHash !== null,
    theme,
    timezone,
    showsIncidents: row.showsIncidents,
    entries: row.entries.map(({ checkId, group, name }) => ({ checkId, group, name })),
    subscribers: row.subscribers,
    managedBy: row.managedBy,
    createdAt: iso(row.createdAt),
    updatedAt: iso(row.updatedAt),
  };
}

/** Where visitors find a page: at its own host, or else among the addresses of this instance. */
export function pageUrl({ slug, host }: { slug: string; host: string | null }, publicUrl: string): string {
  return host === null ? `${publicUrl}/status/${slug}` : `${new URL(publicUrl).protocol}//${host}`;
}

const UpdateState = z.enum(["investigating", "identified", "monitoring", "resolved", "notice"]);

const UpdateView = z
  .object({
    id: z.uuid(),
    at: Timestamp,
    editedAt: Timestamp.nullable().meta({ description: "When it was corrected last." }),
    state: UpdateState.meta({ description: "notice: an announcement, which reports no problem." }),
    text: z.string(),
    by: z.string().meta({ description: "Who wrote it; visitors do not see that." }),
  })
  .meta({ id: "StatusUpdate" });

export const StatusPostView = z
  .object({
    id: z.uuid(),
    title: z.string(),
    incidentId: z.uuid().nullable(),
    checkIds: z.array(z.uuid()),
    createdAt: Timestamp,
    updates: z.array(UpdateView).meta({ description: "The newest first." }),
  })
  .meta({ id: "StatusPost" });
export type StatusPostView = z.infer<typeof StatusPostView>;

export function statusPostView(row: StatusPostRow): StatusPostView {
  const { id, title, incidentId, checkIds, createdAt, updates } = row;
  return {
    id,
    title,
    incidentId,
    checkIds,
    createdAt: iso(createdAt),
    updates: updates.map((update) => ({
      id: update.id,
      at: iso(update.at),
      editedAt: isoOrNull(update.editedAt),
      state: update.state,
      text: update.text,
      by: update.by,
    })),
  };
}

export const SubscriberView = z
  .object({
    id: z.uuid(),
    email: z.string(),
    askedAt: Timestamp.meta({ description: "When the address was last asked to confirm." }),
    confirmedAt: Timestamp.nullable().meta({
      description: "Null: its reader has not agreed, and gets nothing.",
    }),
    refusedAt: Timestamp.nullable().meta({
      description: "When a mail server said that there is no such mailbox. It gets nothing since.",
    }),
    refusedBecause: z.string().nullable().meta({ description: "What the mail server said." }),
  })
  .meta({ id: "StatusSubscriber" });

export function subscriberView(row: SubscriberRow): z.infer<typeof SubscriberView> {
  const { id, email, askedAt, confirmedAt, refusedAt, refusedBecause } = row;
  return {
    id,
    email,
    askedAt: iso(askedAt),
    confirmedAt: isoOrNull(confirmedAt),
    refusedAt: isoOrNull(refusedAt),
    refusedBecause,
  };
}
