import { type PublicIncident, twoPartBadge, type PublicState, type PublicPage } from "@overdue/core";
import type { Instant } from "@overdue/schedules";
import { html, raw } from "hono/html";
import { z } from "zod";

import { iso, isoOrNull, Timestamp } from "../http/schemas.ts";
import type { ServedPage } from "./page-cache.ts";
import { STATE_TEXT } from "./page-frame.ts";
import { UPDATE_TEXT } from "./page-html.ts";

/** What happened at an instant. `id`: the same for ever, since readers know by it what they have shown already. */
type FeedItem = {
  id: string;
  anchor: string;
  title: string;
  text: string;
  at: Instant;
  editedAt: Instant | null;
};

const ITEMS_MAX = 50;

function feedItems({ open, past }: PublicPage): FeedItem[] {
  return [...open, ...past]
    .flatMap((incident) => (incident.isAutomatic ? automaticItems(incident) : writtenItems(incident)))
    .map((item) => ({ ...item, title: xmlText(item.title), text: xmlText(item.text) }))
    .toSorted((one, other) => other.at - one.at)
    .slice(0, ITEMS_MAX);
}

function writtenItems({ id: anchor, title, affects, updates }: PublicIncident): FeedItem[] {
  const about = affects.length === 0 ? "" : `\n\nAffects: ${affects.join(", ")}`;
  return updates.map(({ id, at, editedAt, state, text }) => ({
    id,
    anchor,
    title: `${UPDATE_TEXT[state]}: ${title}`,
    text: text + about,
    at,
    editedAt,
  }));
}

function automaticItems({ id, affects, startedAt, resolvedAt }: PublicIncident): FeedItem[] {
  const [name = ""] = affects;
  const item = (what: string, at: Instant) => ({
    id: `${id}-${what}`,
    anchor: id,
    title: `${name} is ${what}`,
    text: "",
    at,
    editedAt: null,
  });
  return [item("down", startedAt), ...(resolvedAt === null ? [] : [item("up again", resolvedAt)])];
}

/** Without the control characters that XML 1.0 cannot hold. */
function xmlText(text: string): string {
  // oxlint-disable-next-line no-control-regex
  return text.replaceAll(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "");
}

const DECLARATION = raw('<?xml version="1.0" encoding="utf-8"?>\n');

/** RFC 4287. */
export async function atomFeed(served: ServedPage, url: string): Promise<string> {
  const { loaded, view, changedAt } = served;
  const items = feedItems(view);
  const feed = await html`${DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom">
      <id>urn:uuid:${loaded.id}</id>
      <title>${xmlText(loaded.name)}</title>
      <updated>${iso(newest(items) ?? changedAt)}</updated>
      <author><name>${xmlText(loaded.name)}</name></author>
      <link rel="self" type="application/atom+xml" href="${url}/feed.atom" />
      <link rel="alternate" type="text/html" href="${url}" />
      ${items.map(
        ({ id, anchor, title, text, at, editedAt }) =>
          html`<entry>
            <id>${atomId(id)}</id>
            <title>${title}</title>
            <published>${iso(at)}</published>
            <updated>${iso(editedAt ?? at)}</updated>
            <link rel="alternate" type="text/html" href="${url}#${anchor}" />
            <content type="text">${text}</content>
          </entry>`,
      )}
    </feed>`;
  return feed.toString();
}

/** When an item was written or edited last; null where there is none. */
function newest(items: readonly FeedItem[]): Instant | null {
  return items.length === 0 ? null : Math.max(...items.map(({ at, editedAt }) => editedAt ?? at));
}

function atomId(id: string): string {
  return /^[0-9a-f-]{36}$/.test(id) ? `urn:uuid:${id}` : `urn:overdue:${id.replaceAll(" ", "-")}`;
}

/** RSS 2.0. */
export async function rssFeed({ loaded, view, changedAt }: ServedPage, url: string): Promise<string> {
  const items = feedItems(view);
  const feed = await html`${DECLARATION}<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom">
      <channel>
        <title>${xmlText(loaded.name)}</title>
        ${element("link", url)}
        <description>${xmlText(loaded.description || `Status of ${loaded.name}`)}</description>
        <lastBuildDate>${rssDate(newest(items) ?? changedAt)}</lastBuildDate>
        <atom:link rel="self" type="application/rss+xml" href="${url}/feed.rss" />
        ${items.map(
          ({ id, anchor, title, text, at }) =>
            html`<item>
              <guid isPermaLink="false">${atomId(id)}</guid>
              <title>${title}</title>
              ${element("link", `${url}#${anchor}`)}
              <pubDate>${rssDate(at)}</pubDate>
              <description>${text}</description>
            </item>`,
        )}
      </channel>
    </rss>`;
  return feed.toString();
}

/** The formatter of the code takes `link` for HTML's, which has no content. */
function element(name: string, text: string) {
  return html`<${raw(name)}>${text}</${raw(name)}>`;
}

function rssDate(at: Instant): string {
  return new Date(at).toUTCString();
}

const State = z.enum(["operational", "degraded", "down", "maintenance", "unknown"]);

export const StatusSummary = z
  .object({
    name: z.string(),
    url: z.string(),
    state: State,
    asOf: Timestamp.meta({ description: "When what visitors see last changed." }),
    groups: z.array(
      z.object({
        name: z.string(),
        state: State,
        entries: z.array(
          z.object({
            id: z.string(),
            name: z.string(),
            state: State,
            downSince: Timestamp.nullable(),
            uptime: z
              .number()
              .nullable()
              .meta({ description: "Share of the slots of 90 days that were met." }),
          }),
        ),
      }),
    ),
    incidents: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(["incident", "announcement"]),
        title: z.string(),
        startedAt: Timestamp,
        resolvedAt: Timestamp.nullable(),
        affects: z.array(z.string()),
        updates: z.array(
          z.object({
            at: Timestamp,
            editedAt: Timestamp.nullable(),
            state: z.string(),
            text: z.string(),
          }),
        ),
      }),
    ),
    maintenance: z.array(z.object({ from: Timestamp, until: Timestamp, affects: z.array(z.string()) })),
  })
  .meta({ id: "StatusSummary", description: "What visitors of a status page see." });

/** The page for programs. */
export function statusSummary(
  { loaded, view, changedAt }: ServedPage,
  url: string,
): z.infer<typeof StatusSummary> {
  return {
    name: loaded.name,
    url,
    state: view.state,
    asOf: iso(changedAt),
    groups: view.groups.map(({ name, state, entries }) => ({
      name,
      state,
      entries: entries.map((entry) => ({
        id: entry.id,
        name: entry.name,
        state: entry.state,
        downSince: isoOrNull(entry.since),
        uptime: entry.uptime,
      })),
    })),
    incidents: [...view.open, ...view.past].map(summaryIncident),
    maintenance: view.maintenance.map(({ from, until, affects }) => ({
      from: iso(from),
      until: iso(until),
      affects: [...affects],
    })),
  };
}

function summaryIncident({ id, kind, title, startedAt, resolvedAt, affects, updates }: PublicIncident) {
  return {
    id,
    kind,
    title,
    startedAt: iso(startedAt),
    resolvedAt: isoOrNull(resolvedAt),
    affects: [...affects],
    updates: updates.map(({ at, editedAt, state, text }) => ({
      at: iso(at),
      editedAt: isoOrNull(editedAt),
      state,
      text,
    })),
  };
}

const BADGE_COLOURS: Record<PublicState, string> = {
  operational: "#1b7a34",
  degraded: "#9a5b00",
  down: "#c01f2f",
  maintenance: "#31569c",
  unknown: "#586069",
};

export function pageBadge({ loaded, view }: ServedPage): string {
  return twoPartBadge(loaded.name, {
    text: STATE_TEXT[view.state].toLowerCase(),
    colour: BADGE_COLOURS[view.state],
  });
}
