import { inTransaction, type Pool } from "../database.ts";
import { type Keyring, type Place, seal, unseal } from "./keyring.ts";

/** A column with sealed values. All of its texts are SQL, and none is input. */
type SealedColumn = {
  table: string;
  column: string;
  /** What the values are, for people: one, and several. */
  what: readonly [string, string];
  /** The sealed text, and how it is replaced by the new one, `n.value`. */
  value: string;
  set: string;
  /** The row, as text, and the place for which it is sealed. */
  key: string;
  rowId: string;
  projectId: string;
  /** Which rows have a value that is read again. */
  where: string;
  place: Pick<Place, "table" | "column">;
};

type Given = Pick<SealedColumn, "table" | "column" | "what"> & Partial<SealedColumn>;

function sealedColumn(given: Given): SealedColumn {
  const { table, column } = given;
  return {
    value: column,
    set: `${column} = n.value`,
    key: "id::text",
    rowId: "id::text",
    projectId: "project_id::text",
    where: `${column} is not null`,
    place: { table, column },
    ...given,
  };
}

/** Every column that `seal` writes; a test compares the list with the source. */
export const SEALED_COLUMNS: readonly SealedColumn[] = [
  sealedColumn({ table: "channels", column: "settings", what: ["channel", "channels"] }),
  sealedColumn({
    table: "deliveries",
    column: "payload",
    what: ["end of an incident at a former address", "ends of incidents at former addresses"],
    value: "payload ->> 'sealedSettings'",
    set: "payload = jsonb_set(payload, '{sealedSettings}', to_jsonb(n.value))",
    rowId: "channel_id::text",
    where: "state in ('pending', 'sending', 'retry') and payload ? 'sealedSettings'",
    place: { table: "channels", column: "settings" },
  }),
  sealedColumn({
    table: "shadows",
    column: "secrets",
    what: ["project's access to another product", "projects' access to another product"],
  }),
  sealedColumn({
    table: "authenticators",
    column: "secret",
    what: ["authenticator app", "authenticator apps"],
    key: "user_id",
    rowId: "user_id",
    projectId: "''",
  }),
  sealedColumn({ table: "slack_links", column: "code", what: ["visit to Slack", "visits to Slack"] }),
  sealedColumn({
    table: "slack_presses",
    column: "answer",
    what: ["answer to Slack", "answers to Slack"],
    projectId: "''",
  }),
  sealedColumn({
    table: "instance_facts",
    column: "value",
    what: ["pair of keys for browsers' notifications", "pairs of keys for browsers' notifications"],
    key: "name",
    rowId: "name",
    projectId: "''",
    where: "name = 'push-keys'",
  }),
  sealedColumn({
    table: "audit_streams",
    column: "settings",
    what: ["audit stream", "audit streams"],
    key: "project_id::text",
    rowId: "project_id::text",
  }),
  sealedColumn({
    table: "idempotency_keys",
    column: "answer",
    what: ["answer to a repeated request", "answers to repeated requests"],
    key: "actor || ' ' || route || ' ' || key",
    rowId: "actor || ' ' || route || ' ' || key",
    projectId: "''",
  }),
];

/** How many values of a column are sealed with which key. */
export type SealedCount = { what: string; keyId: string; count: number };

/** Counts the sealed values by column and key, the columns in their order. */
export async function countSealed(pool: Pool): Promise<SealedCount[]> {
  const counts: SealedCount[] = [];
  for (const { table, value, where, what } of SEALED_COLUMNS) {
    const rows = await pool.query<{ keyId: string; count: number }>(`
      select split_part(${value}, '.', 2) as "keyId", count(*)::int as count
      from ${table} where ${where} group by 1 order by 1`);
    counts.push(...rows.map(({ keyId, count }) => ({ what: what[count === 1 ? 0 : 1], keyId, count })));
  }
  return counts;
}

const BATCH = 200;

/** How far sealing anew has come. `unreadable`: values that their key does not open, since they were changed. */
export type Resealed = { resealed: number; unreadable: number };

/**
 * Seals everything that a former key of the keyring sealed with the newest one, in batches of 200, each in a transaction of
 * its own. A value that somebody else writes meanwhile is left as they wrote it. When it is interrupted, a second run does
 * the rest. `onProgress` is called after each batch.
 */
export async function resealAll(
  pool: Pool,
  keyring: Keyring,
  onProgress: (done: Resealed) => void = () => undefined,
): Promise<Resealed> {
  const done = { resealed: 0, unreadable: 0 };
  for (const column of SEALED_COLUMNS) {
    const skipped: string[] = [];
    for (;;) {
      const batch = await readBatch(pool, { keyring, column, skipped });
      if (batch.length === 0) break;
      const fresh = batch.map((row) => resealRow(keyring, column, row));
      skipped.push(...fresh.filter(({ now }) => now === null).map(({ key }) => key));
      done.resealed += await writeBatch(pool, column, fresh);
      done.unreadable += fresh.filter(({ now }) => now === null).length;
      onProgress(done);
    }
  }
  return done;
}

type Row = { key: string; rowId: string; projectId: string; value: string };
type Batch = { keyring: Keyring; column: SealedColumn; skipped: readonly string[] };

async function readBatch(pool: Pool, { keyring, column, skipped }: Batch): Promise<Row[]> {
  const { table, value, key, rowId, projectId, where } = column;
  const former = keyring.keys.slice(1).map(({ id }) => id);
  return await pool.query<Row>(
    `select ${key} as key, ${rowId} as "rowId", ${projectId} as "projectId", ${value} as value
     from ${table}
     where ${where} and split_part(${value}, '.', 2) = any($1::text[]) and ${key} <> all($2::text[])
     limit ${BATCH}`,
    [former, skipped],
  );
}

type FreshRow = { key: string; was: string; now: string | null };

/** `now` null: the value does not open at its place. */
function resealRow(keyring: Keyring, { place }: SealedColumn, row: Row): FreshRow {
  const { key, value: was } = row;
  const at = { ...place, rowId: row.rowId, projectId: row.projectId };
  try {
    return { key, was, now: seal(keyring, at, unseal(keyring, at, was)) };
  } catch {
    return { key, was, now: null };
  }
}

/** @returns how many rows were written */
async function writeBatch(pool: Pool, column: SealedColumn, rows: readonly FreshRow[]): Promise<number> {
  const { table, value, set, key } = column;
  const given = rows.filter(({ now }) => now !== null).map((row) => ({ ...row, value: row.now }));
  return await inTransaction(pool, async (client) => {
    const [written] = await client.query<{ count: number }>(
      `with n as (select * from json_to_recordset($1::json) as x(key text, was text, value text)),
       written as (update ${table} t set ${set} from n where ${inTable(key, table)} = n.key and t.${value} = n.was returning 1)
       select count(*)::int as count from written`,
      [JSON.stringify(given)],
    );
    return written?.count ?? 0;
  });
}

/** The row's key within the update, where names of columns could mean those of the batch too. */
function inTable(key: string, table: string): string {
  return table === "idempotency_keys" ? "t.actor || ' ' || t.route || ' ' || t.key" : `t.${key}`;
}
