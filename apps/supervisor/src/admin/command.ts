import { type Db, findProject, type ProjectRow } from "@overdue/db";
import { z } from "zod";

import { Refusal } from "../refusal.ts";
import type { Instance } from "./instance.ts";

/** The output of a command: one record, a list of records, or a text. */
export type CommandOutput = OutputRecord | OutputRecord[] | string;
type OutputRecord = Record<string, string | null>;

/**
 * A command of the operator: its options, its line in the help (`text`), and what it does. `audit`: the action of its entry
 * in the project's audit log; null if it changes no project.
 */
export type Command = {
  options: z.ZodObject;
  text: string;
  audit: string | null;
  /** The present values of what the options change, for the audit log; null: it makes something. */
  before: ((instance: Instance, given: Record<string, unknown>) => Promise<PresentValues>) | null;
  run: (instance: Instance, given: Record<string, unknown>) => Promise<CommandOutput>;
};

/** By the name of the option, written as there. */
type PresentValues = Record<string, unknown>;

/** Defines a command; its options are validated before it runs. */
export function defineCommand<S extends z.ZodObject>(command: {
  options: S;
  text: string;
  audit?: string;
  before?: (instance: Instance, given: z.output<S>) => Promise<PresentValues>;
  run: (instance: Instance, given: z.output<S>) => Promise<CommandOutput>;
}): Command {
  const { options, text, audit = null, before = null, run } = command;
  return {
    options,
    text,
    audit,
    before: before && (async (instance, given) => before(instance, readOptions(options, given))),
    run: async (instance, given) => run(instance, readOptions(options, given)),
  };
}

/** An option's text that may not be empty. */
export const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(100, "must have at most 100 characters");

/** An option with the id of a project, channel or key. */
export const id = z.uuid("must be an id, as the lists show them");

function readOptions<S extends z.ZodObject>(options: S, given: Record<string, unknown>): z.output<S> {
  const { data, error } = options.safeParse(given);
  if (!error) return data;
  const [issue] = error.issues;
  const name = String(issue?.path[0]);
  if (given[name] === undefined) throw new Refusal(`--${name} is missing.`);
  throw new Refusal(`--${name} ${issue?.message}.`);
}

/** The project with this id. @throws Refusal if there is none. */
export async function requireProject(db: Db, projectId: string): Promise<ProjectRow> {
  const project = await findProject(db, projectId);
  if (!project) throw new Refusal(`There is no project ${projectId}; "project list" shows all.`);
  return project;
}
