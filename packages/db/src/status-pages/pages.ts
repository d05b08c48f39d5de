import { and, asc, eq, gt, inArray, isNull, sql } from "drizzle-orm";

import { UnknownCheck } from "../channels/write-channel.ts";
import { type Db, ProjectLimitReached, StaleVersion, type Tx } from "../database.ts";
import { checks, statusPageEntries, statusPages, statusSubscribers } from "../schema/index.ts";

export type StatusPageRef = { projectId: string; pageId: string };
/** A check on a page, with its name and group there. */
export type StatusPageEntry = { checkId: string; group: string; name: string };
export type StatusPageRow = typeof statusPages.$inferSelect & {
  entries: (StatusPageEntry & { id: string })[];
  /** How many subscribers have confirmed their address. */
  subscribers: number;
};

type Columns = Pick<
  typeof statusPages.$inferInsert,
  | "name"
  | "slug"
  | "description"
  | "host"
  | "visibility"
  | "passwordHash"
  | "theme"
  | "timezone"
  | "showsIncidents"
  | "managedBy"
>;
/** The settings of a new status page; those that are left out get their defaults. */
export type StatusPageFields = Columns & { entries?: readonly StatusPageEntry[] | undefined };

/** The fields that an edit writes; those that are undefined stay. */
export type StatusPageEdit = { [Field in keyof StatusPageFields]?: StatusPageFields[Field] | undefined };

const TAKEN = {
  slug: "Another status page has this address: choose another.",
  host: "Another status page has this host: choose another, or take it away there.",
};

/** Another page of the instance has this address or host. */
export class TakenByPage extends Error {
  readonly field: "slug" | "host";
  /** Of the page that a configuration file wants; null where no file does. */
  wantedSlug: string | null = null;

  constructor(field: "slug" | "host", options?: ErrorOptions) {
    super(TAKEN[field], options);
    this.field = field;
  }
}

const PAGES_PER_PROJECT_MAX = 50;

/** Pages of a project, oldest first. */
export async function listStatusPages(
  db: Db | Tx,
  projectId: string,
  page: { limit: number; after: string | null },
): Promise<StatusPageRow[]> {
  const rows = await db
    .select()
    .from(statusPages)
    .where(
      and(
        eq(statusPages.projectId, projectId),
        isNull(statusPages.deletedAt),
        page.after === null ? undefined : gt(statusPages.id, page.after),
      ),
    )
    .orderBy(asc(statusPages.id))
    .limit(page.limit);
  return await withEntries(db, rows);
}

/** One page that is not deleted, or null. */
export async function findStatusPage(db: Db | Tx, ref: StatusPageRef): Promise<StatusPageRow | null> {
  const rows = await db
    .select()
    .from(statusPages)
    .where(and(isPage(ref), isNull(statusPages.deletedAt)));
  const [row] = await withEntries(db, rows);
  return row ?? null;
}

/** @throws TakenByPage, ProjectLimitReached, UnknownCheck */
export async function createStatusPage(
  db: Db,
  projectId: string,
  fields: StatusPageFields,
): Promise<StatusPageRow> {
  return await db.transaction((tx) => createStatusPageIn(tx, projectId, fields));
}

/** The same inside a transaction. */
export async function createStatusPageIn(
  tx: Db | Tx,
  projectId: string,
  { entries = [], ...columns }: StatusPageFields,
): Promise<StatusPageRow> {
  await refuseTooMany(tx, projectId);
  const [row] = await withTakenByPage(() =>
    tx
      .insert(statusPages)
      .values({ projectId, ...columns })
      .returning(),
  );
  if (row === undefined) throw new Error("The insert returned no row.");
  const ref = { projectId, pageId: row.id };
  await writeEntries(tx, ref, entries);
  return await requirePage(tx, ref);
}

type VersionedEdit = { fields: StatusPageEdit; version: number | null };

/** Writes what is sent. Null where there is no such page. @throws TakenByPage, StaleVersion, UnknownCheck */
export async function editStatusPage(
  db: Db,
  ref: StatusPageRef,
  edit: VersionedEdit,
): Promise<StatusPageRow | null> {
  return await db.transaction((tx) => editStatusPageIn(tx, ref, edit));
}

/** The same inside a transaction. */
export async function editStatusPageIn(
  tx: Db | Tx,
  ref: StatusPageRef,
  { fields, version }: VersionedEdit,
): Promise<StatusPageRow | null> {
  const { entries, ...columns } = fields;
  const [row] = await withTakenByPage(() =>
    tx
      .update(statusPages)
      .set({ ...columns, version: sql`${statusPages.version} + 1`, updatedAt: sql`now()` })
      .where(and(isPage(ref), isNull(statusPages.deletedAt)))
      .returning({ version: statusPages.version }),
  );
  if (row === undefined) return null;
  if (version !== null && row.version !== version + 1) throw new StaleVersion();
  if (entries !== undefined) await writeEntries(tx, ref, entries);
  return await requirePage(tx, ref);
}

/** Deletes a page, which can be restored with its subscribers for 30 days. @returns whether there was such a page */
export async function deleteStatusPage(db: Db, ref: StatusPageRef): Promise<boolean> {
  const deleted = await db
    .update(statusPages)
    .set({ deletedAt: sql`now()` })
    .where(and(isPage(ref), isNull(statusPages.deletedAt)))
    .returning({ id: statusPages.id });
  return deleted.length > 0;
}

/** Undoes a deletion. @returns whether there was one @throws TakenByPage, ProjectLimitReached */
export async function restoreStatusPage(db: Db, ref: StatusPageRef): Promise<boolean> {
  return await db.transaction(async (tx) => {
    const restored = await withTakenByPage(() =>
      tx
        .update(statusPages)
        .set({ deletedAt: null })
        .where(and(isPage(ref), sql`${statusPages.deletedAt} is not null`))
        .returning({ id: statusPages.id }),
    );
    if (restored.length > 0) await refuseTooMany(tx, ref.projectId, { alreadyCounted: 1 });
    return restored.length > 0;
  });
}

/** A host name and the page that it shows; `slug` null: the page was deleted. */
export type PageHost = { host: string; slug: string | null };

/** The hosts of all pages. Those of deleted pages are included (slug null), so that they do not serve the app itself. */
export async function listPageHosts(db: Db): Promise<PageHost[]> {
  const rows = await db.execute<PageHost>(sql`
    select distinct on (s.host) s.host, case when s.deleted_at is null and p.deleted_at is null then s.slug end as slug
    from status_pages s join projects p on p.id = s.project_id
    where s.host is not null order by s.host, s.deleted_at desc nulls first`);
  return [...rows];
}

async function requirePage(tx: Db | Tx, ref: StatusPageRef): Promise<StatusPageRow> {
  const page = await findStatusPage(tx, ref);
  if (page === null) throw new Error("The status page that was just written was not found.");
  return page;
}

async function refuseTooMany(
  tx: Db | Tx,
  projectId: string,
  { alreadyCounted } = { alreadyCounted: 0 },
): Promise<void> {
  const pages = await tx.$count(
    statusPages,
    and(eq(statusPages.projectId, projectId), isNull(statusPages.deletedAt)),
  );
  if (pages - alreadyCounted >= PAGES_PER_PROJECT_MAX) throw new ProjectLimitReached();
}

/** An entry keeps its id for as long as its check stays on the page: posts and feeds name it. */
async function writeEntries(
  tx: Db | Tx,
  ref: StatusPageRef,
  entries: readonly StatusPageEntry[],
): Promise<void> {
  const ids = entries.map(({ checkId }) => checkId);
  const known = await tx.$count(
    checks,
    and(eq(checks.projectId, ref.projectId), inArray(checks.id, ids), isNull(checks.deletedAt)),
  );
  if (known < ids.length) throw new UnknownCheck();
  const { checkId, pageId } = statusPageEntries;
  const isRemoved = sql`not (${inArray(checkId, ids)})`;
  await tx.delete(statusPageEntries).where(and(eq(pageId, ref.pageId), isRemoved));
  if (entries.length === 0) return;
  await tx
    .insert(statusPageEntries)
    .values(entries.map((entry, position) => ({ ...ref, ...entry, position })))
    .onConflictDoUpdate({
      target: [pageId, checkId],
      set: {
        group: sql`excluded.group_name`,
        name: sql`excluded.name`,
        position: sql`excluded.position`,
      },
    });
}

async function withEntries(
  db: Db | Tx,
  rows: readonly (typeof statusPages.$inferSelect)[],
): Promise<StatusPageRow[]> {
  const ids = rows.map(({ id }) => id);
  const { id, pageId, checkId, group, name } = statusPageEntries;
  const entries = await db
    .select({ id, pageId, checkId, group, name })
    .from(statusPageEntries)
    .innerJoin(checks, and(eq(checks.id, checkId), isNull(checks.deletedAt)))
    .where(inArray(pageId, ids))
    .orderBy(asc(statusPageEntries.position));
  const counts = await countSubscribers(db, ids);
  return rows.map((row) => ({
    ...row,
    entries: entries.flatMap(({ pageId: onPage, ...entry }) => (onPage === row.id ? [entry] : [])),
    subscribers: counts.get(row.id) ?? 0,
  }));
}

async function countSubscribers(db: Db | Tx, pageIds: readonly string[]): Promise<Map<string, number>> {
  const { pageId, confirmedAt } = statusSubscribers;
  const rows = await db
    .select({ pageId, count: sql<number>`count(*)::int` })
    .from(statusSubscribers)
    .where(and(inArray(pageId, [...pageIds]), sql`${confirmedAt} is not null`))
    .groupBy(pageId);
  return new Map(rows.map((row) => [row.pageId, row.count]));
}

function isPage({ projectId, pageId }: StatusPageRef) {
  return and(eq(statusPages.projectId, projectId), eq(statusPages.id, pageId));
}

/** Runs a write. @throws TakenByPage if a unique index of the table refuses it */
async function withTakenByPage<T>(write: () => Promise<T>): Promise<T> {
  try {
    return await write();
  } catch (cause) {
    const index = violatedIndex(cause);
    if (index === "status_pages_slug") throw new TakenByPage("slug", { cause });
    if (index === "status_pages_host") throw new TakenByPage("host", { cause });
    throw cause;
  }
}

/** The constraint that a write violated. Drizzle wraps the server's error, so it may be the cause. */
function violatedIndex(error: unknown): string | null {
  if (!(error instanceof Error)) return null;
  if ("constraint_name" in error) return String(error.constraint_name);
  return violatedIndex(error.cause);
}
