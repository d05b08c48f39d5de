import { randomUUID } from "node:crypto";

import { aCheck, type SceneCheck, testDatabase } from "@overdue/testkit";
import { afterAll, beforeEach, describe, expect, test } from "vitest";

import { pruneAuditEntries } from "../audit.ts";
import { openDb } from "../database.ts";
import { pruneIdempotencyKeys } from "../idempotency-keys.ts";
import { forgetOldProcesses } from "../receivers/checkers.ts";
import { setRetention } from "../projects/projects.ts";
import * as jobs from "./prune.ts";

// How long each kind of row is kept, as docs/operating says: the last row of a table that stays, and the first that goes.

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);

let check: SceneCheck;
let channelId: string;
beforeEach(async () => {
  check = await aCheck(pool);
  const [channel] = await pool.query<{ id: string }>(
    `insert into channels (project_id, kind, name, settings, hint)
     values ($1, 'webhook', 'w', '', '') returning id`,
    [check.projectId],
  );
  channelId = channel?.id ?? "";
});

/** A table, the statement that adds a row of the given age, and the job that prunes it. */
type Kept = [
  table: string,
  kept: string,
  gone: string,
  prune: jobs.Prune,
  insert: (age: string) => Promise<unknown>,
];

const KEPT: Kept[] = [
  [
    "runs",
    "399 days",
    "401 days",
    jobs.pruneRuns,
    (age) => insert("runs", { id: randomUUID(), outcome: "success", heard_at: ago(age) }),
  ],
  [
    "slots",
    "399 days",
    "401 days",
    jobs.pruneSlots,
    (age) => insert("slots", { outcome: "on-time", due_at: ago(age), decided_at: ago(age) }),
  ],
  [
    "notices",
    "399 days",
    "401 days",
    jobs.pruneNotices,
    (age) => insert("notices", { notice: "early", evidence: "{}", at: ago(age) }),
  ],
  [
    "ping_facts",
    "399 days",
    "401 days",
    jobs.prunePingFacts,
    (age) => insert("ping_facts", { ping_id: randomUUID(), facts: "{}", received_at: ago(age) }),
  ],
  [
    "incidents",
    "399 days",
    "401 days",
    jobs.pruneIncidents,
    (age) => insert("incidents", { ...anIncident(), opened_at: ago(age), resolved_at: ago(age) }),
  ],
  ["deliveries", "89 days", "91 days", jobs.pruneDeliveries, (age) => insertDelivery("down", "sent", age)],
  [
    "deliveries",
    "6 days",
    "8 days",
    jobs.pruneInformationalDeliveries,
    (age) => insertDelivery("run", "sent", age),
  ],
  [
    "deliveries",
    "6 days",
    "8 days",
    jobs.pruneInformationalDeliveries,
    (age) => insertDelivery("notice", "failed", age),
  ],
  [
    "refused_pings",
    "89 days",
    "91 days",
    jobs.pruneRefusedPings,
    (age) =>
      insert("refused_pings", {
        reason: "unknown-slug",
        asked: randomUUID(),
        method: "GET",
        user_agent: "",
        first_at: ago(age),
        last_at: ago(age),
      }),
  ],
  [
    "storms",
    "23 hours",
    "25 hours",
    jobs.pruneStorms,
    (age) => insertBare("storms", { project_id: check.projectId, shared: "host", opened_at: ago(age) }),
  ],
  [
    "mail_receipts",
    "6 days",
    "8 days",
    jobs.pruneMailReceipts,
    (age) => insertBare("mail_receipts", { digest: randomUUID(), received_at: ago(age) }),
  ],
  [
    "idempotency_keys",
    "23 hours",
    "25 hours",
    pruneIdempotencyKeys,
    (age) =>
      insertBare("idempotency_keys", {
        actor: randomUUID(),
        route: "r",
        key: "k",
        body_digest: "",
        claimed_at: ago(age),
      }),
  ],
  [
    "audit_entries",
    "399 days",
    "401 days",
    pruneAuditEntries,
    (age) =>
      insertBare("audit_entries", {
        project_id: check.projectId,
        at: ago(age),
        actor_kind: "operator",
        actor_id: "",
        actor_name: "",
        action: "check.edit",
        object_id: "",
        object_name: "",
        fields: "[]",
      }),
  ],
  [
    "account_tokens",
    "23 hours",
    "25 hours",
    jobs.pruneAccounts,
    (age) =>
      insertBare("account_tokens", {
        purpose: "reset",
        email: "a@example.org",
        hash: randomUUID(),
        expires_at: ago(age),
      }),
  ],
  [
    "account_mails",
    "47 hours",
    "49 hours",
    jobs.pruneAccounts,
    (age) => insertBare("account_mails", { kind: "reset", email: "a@example.org", created_at: ago(age) }),
  ],
  [
    "invitations",
    "89 days",
    "91 days",
    jobs.pruneAccounts,
    (age) =>
      insertBare("invitations", {
        project_id: check.projectId,
        email: `${randomUUID()}@example.org`,
        role: "viewer",
        expires_at: ago(age),
      }),
  ],
];

describe("a row", () => {
  test.each(KEPT)("of %s stays for %s and is gone after %s", async (table, kept, gone, prune, add) => {
    await add(kept);
    const before = await count(table);
    await add(gone);
    await prune(db, 500);
    expect(await count(table)).toBe(before);
    await prune(db, 500);
    expect(await count(table)).toBe(before);
  });
});

test.each(["pending", "retry", "sending"])(
  "a delivery that is %s is never pruned, however old",
  async (state) => {
    await insertDelivery("down", state, "500 days");
    await pool.query("update deliveries set finished_at = null where check_id = $1", [check.id]);
    await jobs.pruneDeliveries(db, 500);
    const left = await pool.query("select state from deliveries where check_id = $1", [check.id]);
    expect(left).toEqual([{ state }]);
  },
);

test.each([
  ["runs", jobs.pruneRuns, { id: randomUUID(), outcome: "success" }, "heard_at"],
  ["slots", jobs.pruneSlots, { outcome: "on-time", decided_at: ago("1 day") }, "due_at"],
])("%s go after the days that their project keeps them", async (table, prune, row, column) => {
  const before = await count(table);
  await setRetention(db, check.projectId, { keptRunDays: 100 });
  await insert(table, { ...row, [column]: ago("99 days") });
  await prune(db, 500);
  expect(await count(table)).toBe((before ?? 0) + 1);
  await setRetention(db, check.projectId, { keptRunDays: 98 });
  await prune(db, 500);
  expect(await count(table)).toBe(before);
});

test("an incident that lasts is never pruned, however old", async () => {
  await insert("incidents", { ...anIncident(), opened_at: ago("500 days") });
  await jobs.pruneIncidents(db, 500);
  expect(await pool.query("select 1 from incidents where check_id = $1", [check.id])).toHaveLength(1);
});

test("attempts go with their delivery, and with no other", async () => {
  await insertDelivery("down", "sent", "91 days");
  await insertDelivery("up", "sent", "1 day");
  await pool.query(
    `insert into delivery_attempts (project_id, delivery_id, attempt, started_at, finished_at, outcome)
     select project_id, id, 1, now(), now(), 'sent' from deliveries where check_id = $1`,
    [check.id],
  );
  await jobs.pruneDeliveries(db, 500);
  const left = await pool.query(
    `select d.kind from delivery_attempts a join deliveries d on d.id = a.delivery_id where d.check_id = $1`,
    [check.id],
  );
  expect(left).toEqual([{ kind: "up" }]);
});

test("a job prunes no more rows at once than it may, and says when nothing is left", async () => {
  for (let i = 0; i < 5; i += 1)
    await insert("slots", {
      outcome: "on-time",
      due_at: ago(`${500 + i} days`),
      decided_at: ago("500 days"),
    });
  const pruned: number[] = [];
  for (let i = 0; i < 4; i += 1) pruned.push(await jobs.pruneSlots(db, 2));
  expect(pruned).toEqual([2, 2, 1, 0]);
});

test("two processes that prune at the same time delete each row once, and neither fails", async () => {
  for (let i = 0; i < 40; i += 1)
    await insert("slots", {
      outcome: "on-time",
      due_at: ago(`${500 + i} days`),
      decided_at: ago("500 days"),
    });
  const pruned = await Promise.all([jobs.pruneSlots(db, 500), jobs.pruneSlots(db, 500)]);
  expect(pruned.reduce((sum, one) => sum + one, 0)).toBe(40);
});

test.each([
  ["is younger than 400 days", "delete from audit_entries where project_id = $1", /append.only|audit/i],
  ["is to be changed", "update audit_entries set action = 'x' where project_id = $1", /append.only|audit/i],
])("the audit log refuses what would lose an entry that %s", async (_, statement, reason) => {
  await insertBare("audit_entries", {
    project_id: check.projectId,
    at: ago("1 day"),
    actor_kind: "operator",
    actor_id: "",
    actor_name: "",
    action: "check.edit",
    object_id: "",
    object_name: "",
    fields: "[]",
  });
  await expect(pool.query(statement, [check.projectId])).rejects.toThrow(reason);
});

test("one of several processes does a job, and the next one after its time", async () => {
  const name = randomUUID();
  const claims = await Promise.all([1, 2, 3, 4].map(() => jobs.claimJobRun(db, name, 60)));
  expect(claims.filter(Boolean)).toHaveLength(1);
  await pool.query(
    "update instance_facts set created_at = created_at - interval '61 seconds' where name = $1",
    [`job ${name}`],
  );
  expect(await jobs.claimJobRun(db, name, 60)).toBe(true);
});

test("processes of long ago are forgotten, but not the newest receiver", async () => {
  await pool.query("delete from receivers");
  for (const age of ["3 days", "2 days"])
    await insertBare("receivers", { id: randomUUID(), started_at: ago(age), checkpoint_at: ago(age) });
  await forgetOldProcesses(pool);
  const left = await pool.query<{ days: number }>(
    "select extract(day from now() - checkpoint_at)::int as days from receivers",
  );
  expect(left).toEqual([{ days: 2 }]);
});

function ago(age: string): { age: string } {
  return { age };
}

function anIncident() {
  return { deadline_seq: Math.floor(Math.random() * 1e9), reason: "missed", evidence: "{}" };
}

function insertDelivery(kind: string, state: string, age: string): Promise<unknown> {
  return insert("deliveries", {
    channel_id: channelId,
    kind,
    state,
    created_at: ago(age),
    finished_at: ago(age),
  });
}

/** A row about the test's check. */
function insert(table: string, row: Record<string, unknown>): Promise<unknown> {
  return insertBare(table, { project_id: check.projectId, check_id: check.id, ...row });
}

async function insertBare(table: string, row: Record<string, unknown>): Promise<unknown> {
  const columns = Object.entries(row);
  const places = columns.map(([, value], i) => (isAge(value) ? `now() - $${i + 1}::interval` : `$${i + 1}`));
  return pool.query(
    `insert into ${table} (${columns.map(([name]) => name).join(", ")}) values (${places.join(", ")})`,
    columns.map(([, value]) => (isAge(value) ? value.age : value)),
  );
}

function isAge(value: unknown): value is { age: string } {
  return typeof value === "object" && value !== null && "age" in value;
}

async function count(table: string): Promise<number | undefined> {
  const [row] = await pool.query<{ count: number }>(`select count(*)::int as count from ${table}`);
  return row?.count;
}
