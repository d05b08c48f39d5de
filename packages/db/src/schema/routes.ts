import type { Override, Person, Rotation, Route } from "@overdue/core";
import { sql } from "drizzle-orm";
import { boolean, date, index, integer, jsonb, pgTable, text, unique, uuid } from "drizzle-orm/pg-core";

import { createdAt, id, updatedAt, version } from "./columns.ts";
import { projects } from "./projects.ts";

/**
 * Which incidents go to which channels, when, and how often. A route may name channels, people and rotations that were
 * deleted since; those are then ignored.
 */
export const routes = pgTable(
  "routes",
  {
    id: id(),
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
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
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
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
    projectId: uuid("project_id")
      .notNull()
      .references(() => projects.id, { onDelete: "cascade" }),
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
