import type {
  Evidence,
  MetricValues,
  PingKind,
  Reason,
  ReportedMetrics,
  Run,
  RunFacts,
  Slot,
} from "@overdue/core";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgTable,
  primaryKey,
  smallint,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { checks, checkStatus } from "./checks.ts";
import { at, atOrInfinity, bytea, id } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * Project and check together, so that no row can point into another tenant. The tables that every ping writes (pings, runs,
 * slots) have no foreign key, whose trigger would cost every row time: their rows are written under the lock of the check's
 * row, and a trigger on `checks` deletes them with their check.
 */
const ofCheck = () => ({ projectId: uuid("project_id").notNull(), checkId: uuid("check_id").notNull() });

/**
 * Every recorded ping, numbered per check; the primary key serves to read the newest. Numbers are missing only where a row
 * stands for earlier pings too, which `repeats` counts (core's pings/coalesce.ts).
 */
export const pings = pgTable(
  "pings",
  {
    ...ofCheck(),
    number: bigint("number", { mode: "number" }).notNull(),
    id: uuid("id").notNull(),
    kind: text("kind").$type<PingKind>().notNull(),
    note: text("note"),
    receivedAt: at("received_at").notNull(),
    rid: uuid("rid"),
    exitStatus: smallint("exit_status"),
    scheme: text("scheme").notNull(),
    method: text("method").notNull(),
    remoteAddress: text("remote_address"),
    userAgent: text("user_agent").notNull().default(""),
    body: bytea("body"),
    /** The length of the body as it was sent; `body` is shorter if it was cut. */
    bodyBytes: integer("body_bytes").notNull().default(0),
    /** Where the last part begins in `body`, if the body was longer than the limit; null: `body` is whole. */
    bodyCutAt: integer("body_cut_at"),
    /** How many earlier pings of its minute, which said the same, the row stands for too. */
    repeats: integer("repeats").notNull().default(0),
    /** The numbers that it reported; null: none. */
    metrics: json("metrics").$type<ReportedMetrics>(),
  },
  (t) => [primaryKey({ columns: [t.checkId, t.number] })],
);

/**
 * What a ping said about its run besides its outcome, and that it was delivered late. A table of its own, since few pings
 * have such facts, and a column of `pings` would cost all of them. The facts of a run are those of its newest ping.
 */
export const pingFacts = pgTable(
  "ping_facts",
  {
    ...ofCheck(),
    pingId: uuid("ping_id").primaryKey(),
    rid: uuid("rid"),
    facts: jsonb("facts").$type<RunFacts>().notNull(),
    /** How long after it happened it was received; null: at once. `received_at` of its ping is when it happened. */
    lateMs: bigint("late_ms", { mode: "number" }),
    receivedAt: at("received_at").notNull(),
  },
  (t) => [
    index("ping_facts_run").on(t.checkId, t.rid, t.receivedAt),
    index("ping_facts_received").on(t.receivedAt),
    foreignKey({
      name: "ping_facts_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/**
 * Which of several hosts may run a job (`overdue run --lock server`). The row stays when the lease is over, since its fencing
 * number must never come twice.
 */
export const jobLeases = pgTable(
  "job_leases",
  {
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").primaryKey(),
    fence: bigint("fence", { mode: "number" }).notNull(),
    /** The run that holds it, or held it last, by the id that its wrapper gave it. */
    owner: uuid("owner").notNull(),
    host: text("host").notNull(),
    since: at("since").notNull(),
    expiresAt: at("expires_at").notNull(),
  },
  (t) => [
    foreignKey({
      name: "job_leases_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

export const runs = pgTable(
  "runs",
  {
    ...ofCheck(),
    id: uuid("id").primaryKey(),
    rid: uuid("rid"),
    host: text("host"),
    startedAt: at("started_at"),
    endedAt: at("ended_at"),
    /** The end of the run, or its start while it runs; lists are ordered by it. */
    heardAt: at("heard_at").notNull(),
    outcome: text("outcome").$type<Run["outcome"]>().notNull(),
    durationMs: bigint("duration_ms", { mode: "number" }),
    exitStatus: smallint("exit_status"),
    overlong: boolean("overlong").notNull().default(false),
    guessed: boolean("guessed").notNull().default(false),
    /** The numbers that its pings reported; null: none. */
    metrics: json("metrics").$type<MetricValues>(),
  },
  (t) => [
    // Drizzle knows no INCLUDE: by migration it has the outcome, which finds a check's last success behind any number of
    // failures. Each further index would be one more random page per ping.
    index("runs_check").on(t.checkId, t.heardAt),
  ],
);

export const slots = pgTable(
  "slots",
  {
    ...ofCheck(),
    dueAt: at("due_at").notNull(),
    outcome: text("outcome").$type<Slot["outcome"]>().notNull(),
    decidedAt: at("decided_at").notNull(),
    lateMs: bigint("late_ms", { mode: "number" }),
    runId: uuid("run_id"),
    /** Why a slot is excluded (null: an outage), or missed ("overlap": the run before had not ended). */
    because: text("because").$type<"maintenance" | "overlap">(),
  },
  (t) => [primaryKey({ columns: [t.checkId, t.dueAt] })],
);

/** A change of status, as an event. The unique key makes a second flip for one deadline impossible. */
export const flips = pgTable(
  "flips",
  {
    id: id(),
    ...ofCheck(),
    deadlineSeq: bigint("deadline_seq", { mode: "number" }).notNull(),
    from: checkStatus("from_status").notNull(),
    to: checkStatus("to_status").notNull(),
    reason: text("reason").$type<Reason>(),
    at: at("at").notNull(),
    detectedAt: at("detected_at").notNull().defaultNow(),
    alerts: boolean("alerts").notNull(),
  },
  (t) => [
    unique("flips_once").on(t.checkId, t.deadlineSeq, t.to),
    unique("flips_project_id").on(t.projectId, t.id),
    index("flips_check_at").on(t.checkId, t.at),
    foreignKey({
      name: "flips_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

export const incidents = pgTable(
  "incidents",
  {
    id: id(),
    ...ofCheck(),
    deadlineSeq: bigint("deadline_seq", { mode: "number" }).notNull(),
    reason: text("reason").$type<Reason>().notNull(),
    evidence: jsonb("evidence").$type<Evidence>().notNull(),
    openedAt: at("opened_at").notNull(),
    resolvedAt: at("resolved_at"),
    acknowledgedAt: at("acknowledged_at"),
    /** A name to show: of the person, or of the channel through which it was acknowledged. */
    acknowledgedBy: text("acknowledged_by"),
    /** 'infinity': until it recovers. A string, because no Date holds that. */
    snoozedUntil: atOrInfinity("snoozed_until"),
    /** The next instant at which a route may notify somebody; null: none will. */
    wakeAt: at("wake_at"),
    /** Host and address of the check's last ping when the incident opened, to find what went down together. */
    host: text("host"),
    address: text("address"),
    stormId: uuid("storm_id"),
  },
  (t) => [
    unique("incidents_once").on(t.checkId, t.deadlineSeq),
    unique("incidents_project_id").on(t.projectId, t.id),
    index("incidents_check_at").on(t.checkId, t.openedAt),
    index("incidents_open")
      .on(t.projectId, t.openedAt)
      .where(sql`resolved_at is null`),
    index("incidents_wake")
      .on(t.wakeAt)
      .where(sql`wake_at is not null`),
    index("incidents_of_storm")
      .on(t.stormId)
      .where(sql`storm_id is not null`),
    foreignKey({
      name: "incidents_storm",
      columns: [t.projectId, t.stormId],
      foreignColumns: [storms.projectId, storms.id],
    }),
    foreignKey({
      name: "incidents_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/** Incidents that were reported together, because they share a host, an address, a tag or a dependency. */
export const storms = pgTable(
  "storms",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    openedAt: at("opened_at").notNull(),
    /** What they share, such as "host db1". */
    shared: text("shared").notNull(),
  },
  (t) => [
    unique("storms_project_id").on(t.projectId, t.id),
    index("storms_opened").on(t.projectId, t.openedAt),
  ],
);

/** Things worth a line in the check's history, but no alert. */
export const notices = pgTable(
  "notices",
  {
    id: id(),
    ...ofCheck(),
    at: at("at").notNull(),
    notice: text("notice").$type<Reason | "edited">().notNull(),
    evidence: jsonb("evidence").$type<Evidence>().notNull(),
  },
  (t) => [
    index("notices_check_at").on(t.checkId, t.at),
    foreignKey({
      name: "notices_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

export type FlipRow = typeof flips.$inferSelect;

/** What people did with an incident. `by` is a name to show. */
export const incidentEntries = pgTable(
  "incident_entries",
  {
    id: id(),
    projectId: uuid("project_id").notNull(),
    incidentId: uuid("incident_id").notNull(),
    at: at("at").notNull(),
    kind: text("kind").$type<"acknowledged" | "unacknowledged" | "snoozed" | "note">().notNull(),
    by: text("by").notNull(),
    /** The note, or until when it is snoozed (ISO 8601, or "infinity"). */
    text: text("text").notNull().default(""),
    /** The signed link that was used, so that it does nothing a second time; null: no link was used. */
    link: text("link"),
  },
  (t) => [
    index("incident_entries_incident").on(t.incidentId, t.at),
    foreignKey({
      name: "incident_entries_incident_fk",
      columns: [t.projectId, t.incidentId],
      foreignColumns: [incidents.projectId, incidents.id],
    }).onDelete("cascade"),
  ],
);
