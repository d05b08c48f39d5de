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

/** The projects that do not keep everything, as they were a second ago at the most: most have none, and pings ask nothing. */
export class PrivacyRules {
  #rules = new Map<string, Privacy>();
  #hasRoom = true;
  #readAt = -Infinity;

  /** Reads them again if a second has passed. Call it before pings are stored. @throws where the database does not answer */
  async refresh(pool: Pool): Promise<void> {
    const now = performance.now();
    if (now - this.#readAt < READ_AFTER_MS) return;
    const rows = await pool.query<Privacy & { id: string }>(
      `select id, kept_bodies as bodies, redactions, redacted_words as words, short_addresses as "shortAddresses"
         from projects where kept_bodies <> 'all' or short_addresses`,
    );
    this.#rules = new Map(rows.map(({ id, ...privacy }) => [id, privacy]));
    this.#hasRoom = await hasRoomForBodies(openDb(pool));
    this.#readAt = now;
  }

  of(projectId: string): Privacy | undefined {
    return this.#rules.get(projectId);
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
export function keptPart(record: PingRecord, privacy: Privacy | undefined): PingRecord {
  if (privacy === undefined) return record;
  const { remoteAddress } = record;
  return {
    ...record,
    ...(privacy.shortAddresses && remoteAddress !== null && { remoteAddress: shortAddress(remoteAddress) }),
    ...keptBody(record, privacy),
  };
}

function keptBody({ body }: PingRecord, { bodies, redactions, words }: Privacy) {
  if (body === null || bodies === "all") return {};
  if (bodies === "none") return { body: null, bodyCutAt: null };
  return { body: redact(body, redactions, words) };
}
