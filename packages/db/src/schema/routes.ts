import type { Override, Person, Rotation, Route } from "@overdue/core";
import { sql } from "drizzle-orm";
import {
  boolean,
  check,
  date,
  foreignKey,
  index,
  integer,
  jsonb,
  pgTable,
  text,
  unique,
  uuid,
} from "drizzle-orm/pg-core";

import { channels } from "./channels.ts";
import { users } from "./accounts.ts";
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

const ofProject = () =>
  uuid("project_id")
    .notNull()
    .references(() => projects.id, { onDelete: "cascade" });
const version = () => integer("version").notNull().default(1);
const updatedAt = () => at("updated_at").notNull().defaultNow();

/**
 * Which incidents go to which channels, when, and how often. A route may name channels, people and rotations that were
 * deleted since; those are then ignored.
 */
export const routes = pgTable(
  "routes",
  {
    id: id(),
    projectId: ofProject(),
    name: text("name").notNull(),
    match: jsonb("match").$type<Route["match"]>().notNull(),
    notifyOn: jsonb("notify_on").$type<Route["notifyOn"]>().notNull(),
    /** Whether it notifies of more than status changes: the ping path looks for events only in projects with such a route. */
    listens: boolean("listens").notNull(),
    steps: jsonb("steps").$type<Route["steps"]>().notNull(),
    repeatMinutes: integer("repeat_minutes"),
    hours: jsonb("hours").$type<NonNullable<Route["hours"]>>(),
    recovery: boolean("recovery").notNull(),
    /** If two routes would notify the same channel, the earlier one does. */
    position: integer("position").notNull(),
    /** "config": an applied configuration file owns it; null: people do. */
    managedBy: text("managed_by").$type<"config">(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    unique("routes_project_id").on(t.projectId, t.id),
    index("routes_listening")
      .on(t.projectId)
      .where(sql`listens`),
  ],
);

/** Somebody who is notified through several channels, and may take turns in rotations. */
export const people = pgTable(
  "people",
  {
    id: id(),
    projectId: ofProject(),
    name: text("name").notNull(),
    channelIds: jsonb("channel_ids").$type<Person["channelIds"]>().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique("people_project_id").on(t.projectId, t.id)],
);

export const rotations = pgTable(
  "rotations",
  {
    id: id(),
    projectId: ofProject(),
    name: text("name").notNull(),
    timezone: text("timezone").notNull(),
    every: text("every").$type<Rotation["every"]>().notNull(),
    startsOn: date("starts_on", { mode: "string" }).notNull(),
    handOverAt: text("hand_over_at").notNull(),
    personIds: jsonb("person_ids").$type<Rotation["personIds"]>().notNull(),
    overrides: jsonb("overrides").$type<readonly Override[]>().notNull(),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [unique("rotations_project_id").on(t.projectId, t.id)],
);

/**
 * Who gets the project's report, and how often: a member, at the address of the account, or a channel. A member without a row
 * gets it as often as their role says.
 */
export const reports = pgTable(
  "reports",
  {
    id: id(),
    projectId: ofProject(),
    /** A trigger deletes the row once the person is no longer in the project. */
    userId: text("user_id").references(() => users.id, { onDelete: "cascade" }),
    channelId: uuid("channel_id"),
    every: text("every").$type<"none" | "week" | "month">().notNull(),
    /** The time zone in which it is due; null: the project's. */
    timezone: text("timezone"),
    /** When the next report is due; null: none is wanted. */
    dueAt: at("due_at"),
    /** The newest period that was reported, such as "2026-W47", so that none is reported twice. */
    lastPeriod: text("last_period"),
    /** When the next note on clock changes is due; null: none is wanted. */
    clockNoteDueAt: at("clock_note_due_at"),
    version: version(),
    createdAt: createdAt(),
    updatedAt: updatedAt(),
  },
  (t) => [
    unique("reports_member").on(t.projectId, t.userId),
    unique("reports_channel_once").on(t.projectId, t.channelId),
    unique("reports_project_id").on(t.projectId, t.id),
    index("reports_due")
      .on(t.dueAt)
      .where(sql`due_at is not null`),
    index("reports_clock_note_due")
      .on(t.clockNoteDueAt)
      .where(sql`clock_note_due_at is not null`),
    check("reports_to_one", sql`num_nonnulls(user_id, channel_id) = 1`),
    foreignKey({
      name: "reports_channel",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);
