import type { Instant } from "@overdue/schedules";
import { and, eq, gt, isNull, or, asc, sql } from "drizzle-orm";
import type { Db, Tx } from "../database.ts";
import { acrossProjects } from "../row-security/project-pool.ts";
import { apiKeys, projects } from "../schema/index.ts";
import {
  isGuessable,
  isKey,
  isMistyped,
  isOwnPingKey,
  type KeyScope,
  newApiKey,
  storedKey,
} from "../secrets/api-key.ts";
import type { MemberRef } from "../projects/members.ts";

export type KeyRow = typeof apiKeys.$inferSelect;

/** The row of a key; null if it is unknown, expired or revoked, or its project was deleted. One that was mistyped costs no query. */
export async function findKey(db: Db, key: string, now: Instant): Promise<KeyRow | null> {
  if (isMistyped(key)) return null;
  const candidates = await db
    .select({ key: apiKeys })
    .from(apiKeys)
    .innerJoin(projects, eq(projects.id, apiKeys.projectId))
    .where(
      and(
        eq(apiKeys.prefix, storedKey(key).prefix),
        isNull(apiKeys.revokedAt),
        or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date(now))),
        isNull(projects.deletedAt),
      ),
    );
  return candidates.find((candidate) => isKey(key, candidate.key.hash))?.key ?? null;
}

const KEYS_MAX = 500;

/** The keys of a project that are not revoked, oldest first; only those after the key `after`. */
export async function listKeys(
  db: Db,
  projectId: string,
  { limit, after }: { limit: number; after: string | null } = { limit: KEYS_MAX, after: null },
): Promise<KeyRow[]> {
  return await db
    .select()
    .from(apiKeys)
    .where(
      and(
        eq(apiKeys.projectId, projectId),
        isNull(apiKeys.revokedAt),
        after === null ? undefined : gt(apiKeys.id, after),
      ),
    )
    .orderBy(asc(apiKeys.id))
    .limit(limit);
}

export type NewKey = {
  projectId: string;
  name: string;
  scope: KeyScope;
  expiresAt?: Date | null;
  key?: string;
  /** The person who creates it; null: a command or a start does. */
  createdBy?: string | null;
  /** From where alone it may be used; left out: from everywhere. */
  networks?: readonly string[] | undefined;
};

/** Creates a key and returns its text, which is not stored. `key`: the text, if it was chosen elsewhere (bootstrap, import). */
export async function createKey(db: Db | Tx, input: NewKey): Promise<{ row: KeyRow; key: string }> {
  const { projectId, name, scope, expiresAt = null, key = newApiKey(input.scope), createdBy = null } = input;
  const networks = [...(input.networks ?? [])];
  const [row] = await db
    .insert(apiKeys)
    .values({ projectId, name, scope, expiresAt, createdBy, networks, ...storedKey(key) })
    .returning();
  if (row === undefined) throw new Error("The insert returned no row.");
  return { row, key };
}

/** Which key to rotate: its project and its id. */
export type KeyRef = { projectId: string; keyId: string };

/**
 * Creates a new key with the name, scope, networks and end of the old one. The old key stays valid until `oldEndsAt`, or its own
 * earlier end, so that its users can change over meanwhile. Null if there is no such key that is still valid at `now`.
 */
export async function rotateKey(
  db: Db,
  { projectId, keyId }: KeyRef,
  { now, oldEndsAt, createdBy = null }: { now: Instant; oldEndsAt: Instant; createdBy?: string | null },
): Promise<{ row: KeyRow; key: string; old: KeyRow } | null> {
  return await db.transaction(async (tx) => {
    const [valid] = await tx
      .select()
      .from(apiKeys)
      .where(
        and(
          eq(apiKeys.projectId, projectId),
          eq(apiKeys.id, keyId),
          isNull(apiKeys.revokedAt),
          or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, new Date(now))),
        ),
      )
      .for("update");
    if (valid === undefined) return null;
    const expiresAt = new Date(Math.min(oldEndsAt, valid.expiresAt?.getTime() ?? oldEndsAt));
    const [old] = await tx.update(apiKeys).set({ expiresAt }).where(eq(apiKeys.id, keyId)).returning();
    const made = await createKey(tx, {
      projectId,
      name: valid.name,
      scope: valid.scope,
      expiresAt: valid.expiresAt,
      createdBy,
      networks: valid.networks,
    });
    return old === undefined ? null : { ...made, old };
  });
}

/** Ends a key at once and for good. @returns whether there was such a key */
export async function revokeKey(db: Db, { projectId, keyId }: KeyRef): Promise<boolean> {
  const revoked = await db
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(and(eq(apiKeys.projectId, projectId), eq(apiKeys.id, keyId), isNull(apiKeys.revokedAt)))
    .returning({ id: apiKeys.id });
  return revoked.length > 0;
}

/** The valid keys that a person created in a project, oldest first. They stay valid when the person leaves the project. */
export async function listKeysMadeBy(db: Db, ref: MemberRef): Promise<KeyRow[]> {
  return await db.select().from(apiKeys).where(isMadeBy(ref)).orderBy(asc(apiKeys.id));
}

/** Revokes all valid keys that a person created in a project. */
export async function revokeKeysMadeBy(tx: Db | Tx, ref: MemberRef): Promise<void> {
  await tx
    .update(apiKeys)
    .set({ revokedAt: sql`now()` })
    .where(isMadeBy(ref));
}

function isMadeBy({ projectId, userId }: MemberRef) {
  return and(
    eq(apiKeys.projectId, projectId),
    eq(apiKeys.createdBy, userId),
    isNull(apiKeys.revokedAt),
    or(isNull(apiKeys.expiresAt), gt(apiKeys.expiresAt, sql`now()`)),
  );
}

/** Stores when, and from which address, a key was last used. */
export async function touchKey(
  db: Db,
  use: { keyId: string; at: Instant; from: string | null },
): Promise<void> {
  await db
    .update(apiKeys)
    .set({ lastUsedAt: new Date(use.at), lastUsedFrom: use.from })
    .where(eq(apiKeys.id, use.keyId));
}

/**
 * Whether a project may take a key that was chosen elsewhere. `ours`: the project itself has or had it. `no`: it is easy to
 * guess, or another project's; nobody learns which of the two, since that would prove a stranger's key.
 */
export async function checkBroughtKey(
  db: Db,
  projectId: string,
  key: string,
): Promise<"yes" | "ours" | "no"> {
  const [found] = await acrossProjects(db, (all) =>
    all
      .select({ projectId: apiKeys.projectId })
      .from(apiKeys)
      .where(eq(apiKeys.hash, storedKey(key).hash)),
  );
  if (found?.projectId === projectId) return "ours";
  return found !== undefined || isGuessable(key) || isOwnPingKey(key) || isMistyped(key) ? "no" : "yes";
}

/** Why a key is refused: the end of a sentence that begins with the name of its field. */
export const KEY_REFUSALS = {
  ours: "is in use in this project already.",
  no: "cannot be taken: it is too easy to guess, or cannot be used here. Leave it out to get a new one.",
} as const;
