import { z } from "zod";
import { Refusal } from "../refusal.ts";
import type { Installation } from "./installation.ts";

/** What a command prints: one record, a list of records, or a text as it is. */
export type Answer = Facts | Facts[] | string;
type Facts = Record<string, string | null>;

/**
 * A command of the operator: what it wants after `--`, what it is for, and what it does. `audit`: noun and verb of its
 * entry in the audit log of its project; null: it changes none.
 */
export type Command = {
  options: z.ZodObject;
  text: string;
  audit: string | null;
  run: (installation: Installation, given: Record<string, unknown>) => Promise<Answer>;
};

/** Ties a command's options to what it does with them. */
export function defineCommand<S extends z.ZodObject>(command: {
  options: S;
  text: string;
  audit?: string;
  run: (installation: Installation, given: z.output<S>) => Promise<Answer>;
}): Command {
  const { options, text, audit = null, run } = command;
  return {
    options,
    text,
    audit,
    run: async (installation, given) => run(installation, readOptions(options, given)),
  };
}

/** An option's text that may not be empty. */
export const text = z
  .string()
  .trim()
  .min(1, "must not be empty")
  .max(100, "must have at most 100 characters");

/** The id of a project, channel or key, as lists show it. */
export const id = z.uuid("must be an id, as the lists show them");

function readOptions<S extends z.ZodObject>(options: S, given: Record<string, unknown>): z.output<S> {
  const { data, error } = options.safeParse(given);
  if (!error) return data;
  const [issue] = error.issues;
  const name = String(issue?.path[0]);
  if (given[name] === undefined) throw new Refusal(`--${name} is missing.`);
  throw new Refusal(`--${name} ${issue?.message}.`);
}
