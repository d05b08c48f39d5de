import type { Override, Person, Rotation, Route } from "@overdue/core";
import { sql } from "drizzle-orm";
import {
  boolean,
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
import { at, createdAt, id } from "./columns.ts";
import { projects } from "./projects.ts";

const ofProject = () =>
  uuid("project_id")
    .notNull()
    .references(() => projects.id, { onDelete: "cascade" });
const version = () => integer("version").notNull().default(1);
const updatedAt = () => at("updated_at").notNull().defaultNow();

/**
 * Which incidents go to which channels, when, and how often; read as a whole by the pure function that decides. What
 * it names by id may be gone since: that is then nobody.
 */
export const routes = pgTable(
  "routes",
  {
    id: id(),
    projectId: ofProject(),
    name: text("name").notNull(),
    match: jsonb("match").$type<Route["match"]>().notNull(),
    hears: jsonb("hears").$type<Route["hears"]>().notNull(),
    /** Hears of more than changes, so that the ways of pings and notices ask only for projects where one does. */
    listens: boolean("listens").notNull(),
    steps: jsonb("steps").$type<Route["steps"]>().notNull(),
    repeatMinutes: integer("repeat_minutes"),
    hours: jsonb("hours").$type<NonNullable<Route["hours"]>>(),
    recovery: boolean("recovery").notNull(),
    /** Of two routes that would tell one channel, the earlier does. */
    position: integer("position").notNull(),
    /** Who keeps it: a configuration file, or, where null, people. */
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

/** Somebody who is told by way of several channels, and may take turns in rotations. */
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

/** A report that a channel gets; `dueAt` is when the period that is running ends. */
export const reports = pgTable(
  "reports",
  {
    id: id(),
    projectId: ofProject(),
    channelId: uuid("channel_id").notNull(),
    every: text("every").$type<"week" | "month">().notNull(),
    dueAt: at("due_at").notNull(),
    createdAt: createdAt(),
  },
  (t) => [
    unique("reports_once").on(t.channelId, t.every),
    unique("reports_project_id").on(t.projectId, t.id),
    index("reports_due").on(t.dueAt),
    foreignKey({
      name: "reports_channel",
      columns: [t.projectId, t.channelId],
      foreignColumns: [channels.projectId, channels.id],
    }).onDelete("cascade"),
  ],
);
