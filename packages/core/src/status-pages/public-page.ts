import { DAY_MS, type Instant } from "@overdue/schedules";
import { spansBetween } from "../maintenance/window.ts";
import { dayMarks, type DayRecord, emptyDay, type Mark } from "../strip/mark.ts";
import { type CheckNow, combinedState, entryState, type PublicState, shareMet } from "./state.ts";

/** The state that an update reports. `notice`: an announcement, which reports no problem. */
export type UpdateState = "investigating" | "identified" | "monitoring" | "resolved" | "notice";

/** A check on a page, as stored. `days`: days in the page's zone, oldest first, without those on which nothing was due. */
export type EntryRecord = CheckNow & {
  id: string;
  group: string;
  name: string;
  days: readonly DayRecord[];
  /** The newest first. */
  incidents: readonly { id: string; openedAt: Instant; resolvedAt: Instant | null }[];
};

/** What the operator wrote on a page: an incident or an announcement, with its updates, the newest first. */
export type PostRecord = {
  id: string;
  title: string;
  /** The incident of the project that the post is about; null: about none. */
  incidentId: string | null;
  entryIds: readonly string[];
  updates: readonly {
    id: string;
    at: Instant;
    /** When its text was last corrected; null: never. */
    editedAt: Instant | null;
    state: UpdateState;
    text: string;
  }[];
};

/** The stored data that a page is made from. */
export type StatusPageRecord = {
  showsIncidents: boolean;
  entries: readonly EntryRecord[];
  posts: readonly PostRecord[];
};

/** An entry of the page. `since`: since when it is down; null if it is not. `marks`: one for each of 90 days, oldest first. */
export type PublicEntry = {
  id: string;
  name: string;
  state: PublicState;
  since: Instant | null;
  uptime: number | null;
  marks: readonly (Mark | null)[];
  days: readonly DayRecord[];
};

export type PublicGroup = { name: string; state: PublicState; entries: readonly PublicEntry[] };

/** `resolvedAt` null: it is open. `isAutomatic`: nobody wrote about it. `affects`: public names of checks. */
export type PublicIncident = {
  id: string;
  kind: "incident" | "announcement";
  title: string;
  isAutomatic: boolean;
  startedAt: Instant;
  resolvedAt: Instant | null;
  affects: readonly string[];
  updates: PostRecord["updates"];
};

export type PublicMaintenance = {
  from: Instant;
  until: Instant;
  isActive: boolean;
  affects: readonly string[];
};

/** Everything that visitors of a status page may know: pages, feeds and JSON are made only from this. */
export type PublicPage = {
  state: PublicState;
  groups: readonly PublicGroup[];
  maintenance: readonly PublicMaintenance[];
  /** Open incidents, newest first. */
  open: readonly PublicIncident[];
  /** Resolved incidents of the last 14 days, newest first. */
  past: readonly PublicIncident[];
};

export const STRIP_DAYS = 90;
const PAST_DAYS = 14;
const AHEAD_DAYS = 7;
const PAST_MAX = 30;
const MAINTENANCE_MAX = 6;
/** Every mark has the same height, since how long a job takes is not public. */
const MARK_LEVEL = 6;

/** Decides what visitors see of a page at `now`. `days`: the 90 days up to today in the page's zone, as "2026-11-20". */
export function publicPage(
  record: StatusPageRecord,
  { now, days }: { now: Instant; days: readonly string[] },
): PublicPage {
  const incidents = publicIncidents(record, now);
  const affected = new Set(
    record.posts.filter((post) => isIncident(post) && isOpen(post)).flatMap((post) => post.entryIds),
  );
  const entries = record.entries.map((entry) => ({
    group: entry.group,
    entry: publicEntry(entry, { now, days, isAffected: affected.has(entry.id) }),
  }));
  const groups = [...Map.groupBy(entries, ({ group }) => group)].map(([name, members]) => ({
    name,
    state: combinedState(members.map(({ entry }) => entry.state)),
    entries: members.map(({ entry }) => entry),
  }));
  return {
    state: combinedState(entries.map(({ entry }) => entry.state)),
    groups,
    maintenance: publicMaintenance(record.entries, now),
    open: incidents.filter(({ resolvedAt }) => resolvedAt === null),
    past: incidents.filter(({ resolvedAt }) => resolvedAt !== null).slice(0, PAST_MAX),
  };
}

type At = { now: Instant; days: readonly string[]; isAffected: boolean };

function publicEntry(entry: EntryRecord, { now, days, isAffected }: At): PublicEntry {
  const { id, name } = entry;
  const state = entryState(entry, { now, isAffected });
  const byDay = new Map(entry.days.map((day) => [day.day, day]));
  const shown = days.map((day) => byDay.get(day) ?? emptyDay(day));
  return {
    id,
    name,
    state,
    since: state === "down" ? (entry.incidents.find(isUnresolved)?.openedAt ?? null) : null,
    uptime: shareMet(shown),
    marks: dayMarks(shown).map((mark) => mark && { ...mark, level: MARK_LEVEL }),
    days: shown,
  };
}

function isUnresolved({ resolvedAt }: { resolvedAt: Instant | null }): boolean {
  return resolvedAt === null;
}

/** What the operator wrote, and the incidents of checks that no post is about. */
function publicIncidents({ entries, posts, showsIncidents }: StatusPageRecord, now: Instant) {
  const names = new Map(entries.map(({ id, name }) => [id, name]));
  const written = posts.map((post) => postIncident(post, names));
  const automatic = showsIncidents ? entries.flatMap((entry) => entryIncidents(entry, posts)) : [];
  return [...written, ...automatic]
    .filter(({ resolvedAt }) => resolvedAt === null || resolvedAt > now - PAST_DAYS * DAY_MS)
    .toSorted((one, other) => other.startedAt - one.startedAt);
}

function postIncident(post: PostRecord, names: ReadonlyMap<string, string>): PublicIncident {
  const { id, title, entryIds, updates } = post;
  const startedAt = updates.at(-1)?.at ?? 0;
  return {
    id,
    kind: isIncident(post) ? "incident" : "announcement",
    title,
    isAutomatic: false,
    startedAt,
    resolvedAt: isIncident(post) ? resolvedAt(post) : startedAt,
    affects: entryIds.flatMap((entryId) => names.get(entryId) ?? []),
    updates,
  };
}

function isIncident({ updates }: PostRecord): boolean {
  return updates[0]?.state !== "notice";
}

function isOpen(post: PostRecord): boolean {
  return resolvedAt(post) === null;
}

function resolvedAt({ updates: [newest] }: PostRecord): Instant | null {
  return newest?.state === "resolved" ? newest.at : null;
}

/** Incidents that no post is about. The id of an incident stays private, so the entry and the time identify it. */
function entryIncidents(entry: EntryRecord, posts: readonly PostRecord[]): PublicIncident[] {
  return entry.incidents
    .filter((incident) => !posts.some((post) => isAbout(post, entry, incident)))
    .map(({ openedAt, resolvedAt }) => ({
      id: `${entry.id}-${openedAt}`,
      kind: "incident" as const,
      title: resolvedAt === null ? `${entry.name} is down` : `${entry.name} was down`,
      isAutomatic: true,
      startedAt: openedAt,
      resolvedAt,
      affects: [entry.name],
      updates: [],
    }));
}

/** Whether a post is about an incident: it names the incident, or was open at the same time and affects the check. */
function isAbout(post: PostRecord, entry: EntryRecord, incident: EntryRecord["incidents"][number]): boolean {
  if (post.incidentId === incident.id) return true;
  if (!isIncident(post) || !post.entryIds.includes(entry.id)) return false;
  const from = post.updates.at(-1)?.at ?? Infinity;
  return from < (incident.resolvedAt ?? Infinity) && incident.openedAt < (resolvedAt(post) ?? Infinity);
}

/** Maintenance that is active or begins within a week. Equal spans of several checks are listed once. */
function publicMaintenance(entries: readonly EntryRecord[], now: Instant): PublicMaintenance[] {
  const spans = entries.flatMap(({ name, maintenance }) =>
    maintenance
      .flatMap((window) => spansBetween(window, { from: now, until: now + AHEAD_DAYS * DAY_MS }).slice(0, 2))
      .map((span) => ({ ...span, name })),
  );
  return [...Map.groupBy(spans, ({ from, until }) => `${from} ${until}`).values()]
    .flatMap((same) => {
      const [first] = same;
      if (first === undefined) return [];
      const { from, until } = first;
      return [{ from, until, isActive: from <= now, affects: [...new Set(same.map(({ name }) => name))] }];
    })
    .toSorted((one, other) => one.from - other.from)
    .slice(0, MAINTENANCE_MAX);
}
