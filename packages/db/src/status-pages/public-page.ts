import { type DayRecord, type EntryRecord, type PostRecord, STRIP_DAYS } from "@overdue/core";
import type { Instant } from "@overdue/schedules";

import type { Pool } from "../database.ts";
import { SLOT_COUNTS } from "../history/list-events.ts";
import { isSameSecret, type Keyring, newestKey, sign } from "../secrets/keyring.ts";
import { epochMs } from "../sql-fragments.ts";

/** A page with everything that visitors may see, and the settings that decide whether they may. */
export type LoadedStatusPage = {
  id: string;
  projectId: string;
  version: number;
  name: string;
  description: string;
  host: string | null;
  visibility: "public" | "password";
  passwordHash: string | null;
  theme: "auto" | "light" | "dark";
  timezone: string;
  showsIncidents: boolean;
  /** The 90 days up to today in the page's zone, oldest first: "2026-11-20". */
  days: readonly string[];
  entries: readonly EntryRecord[];
  posts: readonly PostRecord[];
};

type DayValues = [
  day: string,
  onTime: number,
  late: number,
  failed: number,
  missed: number,
  excluded: number,
];
type Row = Omit<LoadedStatusPage, "entries"> & {
  entries: (Omit<EntryRecord, "days"> & { days: DayValues[] })[];
};

const INCIDENTS_PER_ENTRY_MAX = 20;
const POSTS_MAX = 50;

/**
 * Reads the page of a slug with one statement; null if there is none. `daysBack`: for how many days before today slots are
 * counted. Past days do not change, so a caller that keeps their counts needs few.
 */
export async function loadStatusPage(
  pool: Pool,
  slug: string,
  { now, daysBack }: { now: Instant; daysBack: number },
): Promise<LoadedStatusPage | null> {
  const [row] = await pool.query<Row>(PAGE, [slug, now, daysBack]);
  if (row === undefined) return null;
  return { ...row, entries: row.entries.map((entry) => ({ ...entry, days: entry.days.map(dayRecord) })) };
}

// A public page shows neither overlong runs nor durations, so they are not read.
function dayRecord([day, onTime, late, failed, missed, excluded]: DayValues): DayRecord {
  return { day, onTime, late, failed, missed, excluded, overlong: 0, meanMs: null };
}

const DAYS_OF_CHECK = `
  select coalesce(json_agg(json_build_array(d.day, d."onTime", d.late, d.failed, d.missed, d.excluded) order by d.day), '[]')
    from (select to_char(s.due_at at time zone p.timezone, 'YYYY-MM-DD') as day, ${SLOT_COUNTS},
                 count(*) filter (where s.outcome = 'excluded')::int as excluded
            from slots s
           where s.check_id = c.id and s.due_at < now.at
             and s.due_at >= (((now.at at time zone p.timezone)::date - $3::int)::timestamp at time zone p.timezone)
           group by 1) d`;

const INCIDENTS_OF_CHECK = `
  select coalesce(json_agg(json_build_object('id', i.id, 'openedAt', ${epochMs("i.opened_at")},
                           'resolvedAt', ${epochMs("i.resolved_at")}) order by i.opened_at desc), '[]')
    from (select id, opened_at, resolved_at from incidents
           where project_id = c.project_id and check_id = c.id
             and (resolved_at is null or resolved_at > now.at - interval '14 days')
           order by opened_at desc limit ${INCIDENTS_PER_ENTRY_MAX}) i`;

const ENTRIES = `
  select coalesce(json_agg(json_build_object('id', e.id, 'group', e.group_name, 'name', e.name, 'status', c.status,
           'expectedAt', ${epochMs("c.expected_at")}, 'jitterSeconds', c.jitter_seconds,
           'maintenance', coalesce(c.maintenance, '[]'), 'days', (${DAYS_OF_CHECK}),
           'incidents', (${INCIDENTS_OF_CHECK})) order by e.position), '[]')
    from status_page_entries e
    join checks c on c.project_id = e.project_id and c.id = e.check_id and c.deleted_at is null
   where e.page_id = p.id`;

const POSTS_OF_PAGE = `
  select coalesce(json_agg(json_build_object('id', o.id, 'title', o.title, 'incidentId', o.incident_id,
           'entryIds', o.entry_ids, 'updates', o.updates) order by o.id desc), '[]')
    from (select o.id, o.title, o.incident_id, o.entry_ids,
                 (select json_agg(json_build_object('id', u.id, 'at', ${epochMs("u.at")}, 'state', u.state,
                                  'text', u.text, 'editedAt', ${epochMs("u.edited_at")}) order by u.at desc, u.id desc)
                    from status_updates u where u.post_id = o.id and u.deleted_at is null) as updates
            from status_posts o
            join lateral (select u.state, u.at from status_updates u where u.post_id = o.id and u.deleted_at is null
                           order by u.at desc, u.id desc limit 1) newest on true
           where o.page_id = p.id and o.deleted_at is null
             and (newest.state not in ('resolved', 'notice') or newest.at > now.at - interval '14 days')
           order by o.id desc limit ${POSTS_MAX}) o`;

const DAYS = `
  select json_agg(to_char((now.at at time zone p.timezone)::date - back, 'YYYY-MM-DD') order by back desc)
    from generate_series(0, ${STRIP_DAYS - 1}) back`;

const PAGE = `
  select p.id, p.project_id as "projectId", p.version, p.name, p.description, p.host, p.visibility,
         p.password_hash as "passwordHash", p.theme, p.timezone, p.shows_incidents as "showsIncidents",
         (${DAYS}) as days, (${ENTRIES}) as entries, (${POSTS_OF_PAGE}) as posts
    from status_pages p
    join projects j on j.id = p.project_id and j.deleted_at is null
   cross join (select to_timestamp($2::float8 / 1000) as at) now
   where p.slug = $1 and p.deleted_at is null`;

/** Goes into the signature of a ticket, so that a signature made for something else is no ticket. */
const TICKET_PURPOSE = "status page password";

/** What a ticket is for: it is valid until `expires` (epoch seconds), or until the page's password is changed. */
type TicketContent = { pageId: string; passwordHash: string | null; expires: string };

/** Signs a ticket, which proves that its holder knew a page's password. */
export function signPageTicket(keyring: Keyring, content: TicketContent): string {
  const { id, key } = newestKey(keyring);
  return [content.expires, id, sign(key, TICKET_PURPOSE, ticketText(content))].join(".");
}

/** Whether a text is a valid ticket of this page with its present password. */
export function isPageTicket(
  keyring: Keyring,
  { now, ticket, ...page }: Omit<TicketContent, "expires"> & { ticket: string; now: Instant },
): boolean {
  const [expires = "", keyId, signature = ""] = ticket.split(".");
  const key = keyring.keys.find(({ id }) => id === keyId);
  if (key === undefined || !/^\d{1,12}$/.test(expires) || Number(expires) * 1_000 <= now) return false;
  return isSameSecret(signature, sign(key.key, TICKET_PURPOSE, ticketText({ ...page, expires })));
}

function ticketText({ pageId, passwordHash, expires }: TicketContent): string {
  return [pageId, expires, passwordHash ?? ""].join("|");
}
