import { createHash } from "node:crypto";

import { type EntryRecord, type PublicPage, publicPage } from "@overdue/core";
import {
  type Db,
  listPageHosts,
  type LoadedStatusPage,
  loadStatusPage,
  type PageHost,
  type Pool,
} from "@overdue/db";
import { HOUR_MS, type Instant } from "@overdue/schedules";

type Bytes = Uint8Array<ArrayBuffer>;

/** A page as it is served to all visitors until it is read again. */
export type ServedPage = {
  slug: string;
  loaded: LoadedStatusPage;
  view: PublicPage;
  loadedAt: Instant;
  /** When what visitors see last changed, as far as this process knows. */
  changedAt: Instant;
  /** Of all that visitors see: the same for as long as they see the same. */
  digest: string;
  /** Answers that were made of it, by their kind. */
  answers: Map<string, Promise<{ plain: Bytes; packed: Bytes }>>;
};

type Cached = {
  served: ServedPage | null;
  /** When it was last asked for from the database, whether or not that answered. */
  askedAt: Instant;
  isChanged: boolean;
  reading: Promise<ServedPage | null> | null;
  /** When the sums of past days were read, and of which version of the page. */
  wholeAt: Instant;
  unwatch: () => void;
};

/** However much happens in a project, its page is read at most this often. */
const AGE_MIN_MS = 2_000;
/** Without a change it is read again after this: time alone makes a ping late and a maintenance window begin. */
const AGE_MAX_MS = 30_000;
/** A page whose database is away stays as it was for so long. */
const STALE_MAX_MS = HOUR_MS;
/** The sums of days before yesterday are read again after this. */
const WHOLE_EVERY_MS = HOUR_MS;
const DAYS_BACK = 89;
const PAGES_MAX = 1_000;
const HOSTS_AGE_MS = 1_000;

/** `watch` calls its function on every change in a project, and returns what ends that. */
type Deps = {
  pool: Pool;
  db: Db;
  changes: { watch: (projectId: string, changed: () => void) => () => void };
  now: () => Instant;
};

/**
 * Status pages in the memory of this process, so that any number of visitors costs one statement: those who come while
 * a page is read wait for the same reading, and it is read again once something in its project changed.
 */
export class StatusPages {
  readonly #deps: Deps;
  readonly #pages = new Map<string, Cached>();
  #hosts: ReadonlyMap<string, string | null> | null = null;
  #hostsAt = -Infinity;
  #readingHosts: Promise<void> | null = null;

  constructor(deps: Deps) {
    this.#deps = deps;
  }

  /** The page of an address; null where there is none. @throws where the database does not answer and nothing is kept */
  async find(slug: string): Promise<ServedPage | null> {
    const cached = this.#pages.get(slug) ?? this.#add(slug);
    // The most recently used stand last, so that the first is the one to forget.
    this.#pages.delete(slug);
    this.#pages.set(slug, cached);
    if (cached.reading === null && this.#isFresh(cached)) return cached.served;
    cached.reading ??= this.#read(slug, cached).finally(() => {
      cached.reading = null;
    });
    return await cached.reading;
  }

  /**
   * The page that a host shows: its slug; null where its page is deleted; undefined where it is no page's host.
   * @throws where the database does not answer and never did
   */
  async findHost(host: string): Promise<string | null | undefined> {
    if (this.#deps.now() - this.#hostsAt >= HOSTS_AGE_MS) {
      this.#readingHosts ??= this.#readHosts().finally(() => {
        this.#readingHosts = null;
      });
      await this.#readingHosts;
    }
    return this.#hosts?.get(host);
  }

  #add(slug: string): Cached {
    for (const [oldest, { unwatch }] of this.#pages) {
      if (this.#pages.size < PAGES_MAX) break;
      unwatch();
      this.#pages.delete(oldest);
    }
    const cached: Cached = {
      served: null,
      askedAt: -Infinity,
      isChanged: false,
      reading: null,
      wholeAt: -Infinity,
      unwatch: () => undefined,
    };
    this.#pages.set(slug, cached);
    return cached;
  }

  #isFresh({ askedAt, isChanged }: Cached): boolean {
    const ageMs = this.#deps.now() - askedAt;
    return ageMs < (isChanged ? AGE_MIN_MS : AGE_MAX_MS);
  }

  async #read(slug: string, cached: Cached): Promise<ServedPage | null> {
    const now = this.#deps.now();
    // What changes from here on may be missing in what is read now.
    Object.assign(cached, { askedAt: now, isChanged: false });
    try {
      const loaded = await this.#load(slug, cached, now);
      if (loaded === null) return this.#forget(cached);
      this.#watch(cached, loaded.projectId);
      cached.served = serve({ slug, loaded, now }, cached.served);
      return cached.served;
    } catch (error) {
      if (cached.served === null || now - cached.served.loadedAt > STALE_MAX_MS) throw error;
      cached.isChanged = true;
      return cached.served;
    }
  }

  /** Past days are taken from the reading before, within an hour and while the page's own settings are the same. */
  async #load(slug: string, cached: Cached, now: Instant): Promise<LoadedStatusPage | null> {
    const { pool } = this.#deps;
    const before = cached.served?.loaded;
    if (before !== undefined && now - cached.wholeAt < WHOLE_EVERY_MS) {
      const recent = await loadStatusPage(pool, slug, { now, daysBack: 1 });
      if (recent?.version === before.version && recent.id === before.id) return withPastDays(recent, before);
      if (recent === null) return null;
    }
    cached.wholeAt = now;
    return await loadStatusPage(pool, slug, { now, daysBack: DAYS_BACK });
  }

  #forget(cached: Cached): null {
    cached.unwatch();
    Object.assign(cached, { served: null, isChanged: true, unwatch: () => undefined });
    return null;
  }

  #watch(cached: Cached, projectId: string): void {
    if (cached.served?.loaded.projectId === projectId) return;
    cached.unwatch();
    // Nobody watched while it was read the first time.
    cached.isChanged = true;
    cached.unwatch = this.#deps.changes.watch(projectId, () => {
      cached.isChanged = true;
    });
  }

  async #readHosts(): Promise<void> {
    this.#hostsAt = this.#deps.now();
    try {
      const rows = await listPageHosts(this.#deps.db);
      this.#hosts = new Map(rows.map(({ host, slug }: PageHost) => [host, slug]));
    } catch (error) {
      if (this.#hosts === null) throw error;
    }
  }
}

function withPastDays(recent: LoadedStatusPage, before: LoadedStatusPage): LoadedStatusPage {
  const known = new Map(before.entries.map(({ id, days }) => [id, days]));
  const [first = ""] = recent.days.slice(-2);
  const past = ({ id }: EntryRecord) => (known.get(id) ?? []).filter(({ day }) => day < first);
  return {
    ...recent,
    entries: recent.entries.map((entry) => ({ ...entry, days: [...past(entry), ...entry.days] })),
  };
}

type Read = { slug: string; loaded: LoadedStatusPage; now: Instant };

function serve({ slug, loaded, now }: Read, before: ServedPage | null): ServedPage {
  const view = publicPage(loaded, { now, days: loaded.days });
  const { name, description, theme, timezone, visibility, passwordHash, host } = loaded;
  const shown = { view, name, description, theme, timezone, visibility, passwordHash, host };
  const digest = createHash("sha256").update(JSON.stringify(shown)).digest("base64url").slice(0, 20);
  const changedAt = before?.digest === digest ? before.changedAt : now;
  return { slug, loaded, view, loadedAt: now, changedAt, digest, answers: new Map() };
}
