import { redact, type Redaction, shortAddress } from "@overdue/core";
import { and, eq, isNull, sql } from "drizzle-orm";

import { type Db, openDb, type Pool } from "../database.ts";
import { hasRoomForBodies } from "../instance/room-for-bodies.ts";
import { projects } from "../schema/index.ts";
import type { PingRecord } from "../transitions/change.ts";

/** What a project keeps of its pings. */
export type Privacy = {
  bodies: "all" | "redacted" | "none";
  redactions: readonly Redaction[];
  words: readonly string[];
  shortAddresses: boolean;
};

const COLUMNS = {
  bodies: projects.keptBodies,
  // Only these names are ever stored.
  redactions: sql<Redaction[]>`${projects.redactions}`,
  words: projects.redactedWords,
  shortAddresses: projects.shortAddresses,
};

/** What a project keeps of its pings; null if there is no such project. */
export async function findPrivacy(db: Db, projectId: string): Promise<Privacy | null> {
  const [found] = await db
    .select(COLUMNS)
    .from(projects)
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)));
  return found ?? null;
}

/** Stores what a project keeps of pings to come. @returns whether there is such a project */
export async function setPrivacy(db: Db, projectId: string, privacy: Privacy): Promise<boolean> {
  const { bodies, redactions, words, shortAddresses } = privacy;
  const written = await db
    .update(projects)
    .set({
      keptBodies: bodies,
      redactions: [...redactions],
      redactedWords: [...words],
      shortAddresses,
      version: sql`${projects.version} + 1`,
    })
    .where(and(eq(projects.id, projectId), isNull(projects.deletedAt)))
    .returning({ id: projects.id });
  return written.length > 0;
}

const READ_AFTER_MS = 1_000;

/** What is kept of the pings of a project, with the bytes of a body's beginning and end that its plan allows; null: all. */
export type KeptOfPings = Privacy & { bodyBytes: number | null };

const ALL_KEPT: Privacy = { bodies: "all", redactions: [], words: [], shortAddresses: false };

/** SQL: projects that do not keep everything, and those whose plan allows other bodies than the default plan ($1) does. */
const RULES = `
  select p.id, p.kept_bodies as bodies, p.redactions, p.redacted_words as words, p.short_addresses as "shortAddresses",
    pl.body_bytes as "bodyBytes"
  from projects p left join organization_plans pl on pl.organization_id = p.organization_id
  where p.kept_bodies <> 'all' or p.short_addresses or pl.body_bytes is distinct from $1::integer`;

/** The projects that do not keep everything, as they were a second ago at the most: most have none, and pings ask nothing. */
export class PrivacyRules {
  #rules = new Map<string, KeptOfPings>();
  /** Of the projects that are not in `#rules`. */
  #others: KeptOfPings | undefined;
  #hasRoom = true;
  #readAt = -Infinity;

  /** Reads them again if a second has passed. Call it before pings are stored. @throws where the database does not answer */
  async refresh(pool: Pool): Promise<void> {
    const now = performance.now();
    if (now - this.#readAt < READ_AFTER_MS) return;
    const [usual] = await pool.query<{ bodyBytes: number | null }>(
      `select body_bytes as "bodyBytes" from plans where is_default`,
    );
    const bodyBytes = usual?.bodyBytes ?? null;
    const rows = await pool.query<KeptOfPings & { id: string }>(RULES, [bodyBytes]);
    this.#rules = new Map(rows.map(({ id, ...kept }) => [id, kept]));
    this.#others = bodyBytes === null ? undefined : { ...ALL_KEPT, bodyBytes };
    this.#hasRoom = await hasRoomForBodies(openDb(pool));
    this.#readAt = now;
  }

  of(projectId: string): KeptOfPings | undefined {
    return this.#rules.get(projectId) ?? this.#others;
  }

  /** Whether the database's disk has room for bodies; if not, pings are stored without them. */
  get hasRoomForBodies(): boolean {
    return this.#hasRoom;
  }
}

/** The ping without its body, for which the disk has no room. Its length stays, and a note says why the body is missing. */
export function withoutBody(record: PingRecord): PingRecord {
  if (record.body === null) return record;
  return { ...record, body: null, bodyCutAt: null, note: record.note ?? "no-room-for-body" };
}

/** The ping without what its project does not keep. */
export function keptPart(record: PingRecord, kept: KeptOfPings | undefined): PingRecord {
  if (kept === undefined) return record;
  const { remoteAddress } = record;
  const whole = {
    ...record,
    ...(kept.shortAddresses && remoteAddress !== null && { remoteAddress: shortAddress(remoteAddress) }),
    ...keptBody(record, kept),
  };
  return { ...whole, ...shortBody(whole, kept.bodyBytes) };
}

/** A body of which only so many bytes of the beginning, and as many of the end, are kept. */
function shortBody({ body, bodyCutAt }: PingRecord, bytesMax: number | null) {
  if (body === null || bytesMax === null) return {};
  if (bytesMax === 0) return { body: null, bodyCutAt: null };
  if (body.length <= 2 * bytesMax && (bodyCutAt === null || bodyCutAt <= bytesMax)) return {};
  const head = body.subarray(0, Math.min(bytesMax, bodyCutAt ?? bytesMax));
  const tail = body.subarray(Math.max(head.length, bodyCutAt ?? 0, body.length - bytesMax));
  return { body: Buffer.concat([head, tail]), bodyCutAt: head.length };
}

function keptBody({ body }: PingRecord, { bodies, redactions, words }: Privacy) {
  if (body === null || bodies === "all") return {};
  if (bodies === "none") return { body: null, bodyCutAt: null };
  return { body: redact(body, redactions, words) };
}
