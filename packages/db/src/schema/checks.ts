import type {
  CheckSettings,
  CoalescedPings,
  MaintenanceWindow,
  Memory,
  Tolerance,
  ViolationPolicy,
} from "@overdue/core";
import type { Schedule } from "@overdue/schedules";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  foreignKey,
  index,
  integer,
  json,
  jsonb,
  pgEnum,
  pgTable,
  primaryKey,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

/** The parts of every kind of schedule, including the kinds that the check does not use. */
export type InactiveSchedule = { timeoutSeconds: number; expression: string; timezone: string };

export const checkStatus = pgEnum("check_status", ["new", "up", "down", "paused"]);

/**
 * One monitored job, in four groups of columns: its identity, its settings, how its pings are read, and its state. The state
 * changes with every ping, and of it only `wakeAt` is indexed. So a ping is a HOT update, which touches no index unless
 * `wakeAt` changes.
 */
export const checks = pgTable(
  "checks",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** The secret in the ping URL. */
    pingUuid: uuid("ping_uuid")
      .notNull()
      .unique()
      .default(sql`gen_random_uuid()`),
    badgeUuid: uuid("badge_uuid")
      .notNull()
      .unique()
      .default(sql`gen_random_uuid()`),
    name: text("name").notNull().default(""),
    slug: text("slug").notNull().default(""),
    tags: text("tags").notNull().default(""),
    description: text("description").notNull().default(""),
    severity: text("severity").$type<"info" | "warning" | "critical">().notNull().default("warning"),
    createdAt: createdAt(),
    updatedAt: at("updated_at").notNull().defaultNow(),
    /** Grows with every edit; an edit names the version that its editor saw. */
    version: integer("version").notNull().default(1),
    deletedAt: at("deleted_at"),
    /** "config": an applied configuration file owns it; null: people do. */
    managedBy: text("managed_by").$type<"config">(),
    /** Hash of the settings that its own client said last; null: it was not made by such a client. */
    declared: text("declared"),

    schedule: jsonb("schedule").$type<Schedule>().notNull(),
    graceSeconds: integer("grace_seconds").notNull(),
    manualResume: boolean("manual_resume").notNull().default(false),
    earlyMarginSeconds: integer("early_margin_seconds").notNull().default(0),
    jitterSeconds: integer("jitter_seconds").notNull().default(0),
    maxRuntimeSeconds: integer("max_runtime_seconds"),
    minRuntimeSeconds: integer("min_runtime_seconds"),
    progressExtends: boolean("progress_extends").notNull().default(false),
    overlap: text("overlap").$type<ViolationPolicy>().notNull().default("allow"),
    hostDuplicates: text("host_duplicates").$type<ViolationPolicy>().notNull().default("allow"),
    outlierRuns: text("outlier_runs").$type<ViolationPolicy>().notNull().default("note"),
    metricLimits: jsonb("metric_limits")
      .$type<CheckSettings["metricLimits"]>()
      .notNull()
      .default(sql`'[]'`),
    tooOften: jsonb("too_often").$type<NonNullable<CheckSettings["tooOften"]>>(),
    tolerance: jsonb("tolerance").$type<Tolerance>(),
    recoverAfter: integer("recover_after").notNull().default(1),
    alertBeforeFirstPing: boolean("alert_before_first_ping").notNull().default(false),
    /** The maintenance windows that apply to it, copied from `maintenance_windows`; null: none. */
    maintenance: jsonb("maintenance").$type<readonly MaintenanceWindow[]>(),

    methods: text("methods").notNull().default(""),
    filterSubject: boolean("filter_subject").notNull().default(false),
    filterBody: boolean("filter_body").notNull().default(false),
    filterHttpBody: boolean("filter_http_body").notNull().default(false),
    filterDefaultFail: boolean("filter_default_fail").notNull().default(false),
    startKeywords: text("start_keywords").notNull().default(""),
    successKeywords: text("success_keywords").notNull().default(""),
    failureKeywords: text("failure_keywords").notNull().default(""),
    /** Kept for Healthchecks' clients, which set the parts of a schedule one by one; null: all at their defaults. */
    inactiveSchedule: jsonb("inactive_schedule").$type<InactiveSchedule>(),

    status: checkStatus("status").notNull().default("new"),
    deadlineSeq: bigint("deadline_seq", { mode: "number" }).notNull().default(0),
    pingCount: bigint("ping_count", { mode: "number" }).notNull().default(0),
    lastPingAt: at("last_ping_at"),
    lastStartAt: at("last_start_at"),
    lastDurationMs: bigint("last_duration_ms", { mode: "number" }),
    expectedAt: at("expected_at"),
    deadlineAt: at("deadline_at"),
    // SQL never reads it, so json keeps the text as it is: jsonb would be parsed and rebuilt at every ping.
    memory: json("memory").$type<Memory>().notNull(),
    /** How many rows its pings got in the minute under way; null before the first. */
    coalesced: json("coalesced").$type<CoalescedPings>(),
    /** When it must be evaluated next; may be too early, never too late. */
    wakeAt: at("wake_at"),
  },
  (t) => [
    unique("checks_project_id").on(t.projectId, t.id),
    index("checks_project_slug").on(t.projectId, t.slug),
    // The deadline evaluator reads only checks that are to be evaluated at some time.
    index("checks_wake")
      .on(t.wakeAt)
      .where(sql`wake_at is not null`),
  ],
);

/** While a check's dependency is down, its own alert is held back. There are no cycles. */
export const checkDependencies = pgTable(
  "check_dependencies",
  {
    projectId: uuid("project_id").notNull(),
    checkId: uuid("check_id").notNull(),
    dependsOnId: uuid("depends_on_id").notNull(),
  },
  (t) => [
    primaryKey({ columns: [t.checkId, t.dependsOnId] }),
    index("check_dependencies_on").on(t.dependsOnId),
    foreignKey({
      name: "check_dependencies_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
    foreignKey({
      name: "check_dependencies_on_fk",
      columns: [t.projectId, t.dependsOnId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/**
 * Pings that did not count, for the project whose ping key or check they named. Equal ones share a row with a count, so that
 * a job that pings a wrong URL for ever fills one row.
 */
export const refusedPings = pgTable(
  "refused_pings",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    /** The check that it was for; null if there is none. */
    checkId: uuid("check_id"),
    reason: text("reason").notNull(),
    /** The part of the URL after the ping key or the UUID, which are secrets and are not stored. */
    asked: text("asked").notNull(),
    count: integer("count").notNull().default(1),
    firstAt: at("first_at").notNull(),
    lastAt: at("last_at").notNull(),
    /** This and the following columns are of the last such ping. */
    method: text("method").notNull(),
    remoteAddress: text("remote_address"),
    userAgent: text("user_agent").notNull(),
  },
  (t) => [
    unique("refused_pings_once").on(t.projectId, t.checkId, t.reason, t.asked).nullsNotDistinct(),
    index("refused_pings_last").on(t.projectId, t.lastAt),
    foreignKey({
      name: "refused_pings_check",
      columns: [t.projectId, t.checkId],
      foreignColumns: [checks.projectId, checks.id],
    }).onDelete("cascade"),
  ],
);

/** What a check left in a project that it moved out of, so that it finds it again where it returns. */
export type LeftBehind = {
  channelIds: string[];
  dependsOnIds: string[];
  dependentIds: string[];
  windowIds: string[];
  /** Its entries on status pages, as rows. */
  entries: Record<string, unknown>[];
  /** Deliveries that stay, with the flip and the incident that they were about. */
  deliveries: { id: string; flip_id: string | null; incident_id: string | null }[];
};

/**
 * A check that moved out of `projectId`. Until it returns, pings by the ping key of that project and a slug of then lead to
 * it, so that no job has to be changed at the same instant.
 */
export const checkMoves = pgTable(
  "check_moves",
  {
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
    checkId: uuid("check_id")
      .notNull()
      .references(() => checks.id, { onDelete: "cascade" }),
    movedAt: at("moved_at").notNull().defaultNow(),
    /** Its slug, and those aliases that are slugs. */
    slugs: text("slugs").array().notNull(),
    left: jsonb("left_behind").$type<LeftBehind>().notNull(),
    /** Whether rows of its history still name the project that it left. */
    historyPending: boolean("history_pending").notNull().default(true),
  },
  (t) => [
    primaryKey({ columns: [t.projectId, t.checkId] }),
    index("check_moves_check").on(t.checkId),
    index("check_moves_pending")
      .on(t.movedAt)
      .where(sql`history_pending`),
  ],
);
