import type { z } from "zod";

import { type READ, type READ_DETAILS, WRITE, type WRITE_SETTINGS } from "./access.ts";
import { IfMatch } from "./edits.ts";
import { body, json, NO_CONTENT, route } from "./route.ts";
import { InProject, pageSchema } from "./schemas.ts";

type Action = "list" | "create" | "read" | "edit" | "remove" | "restore";

type Definition<Path, Id, Params, Query, View, Saved, Input, Patch> = {
  path: Path;
  /** Name of the id parameter that follows the path, as in `params`. */
  id: Id;
  params: Params;
  /** Who may list and read. */
  access: typeof READ | typeof READ_DETAILS;
  /** Who may edit; `WRITE` by default. */
  editAccess?: typeof WRITE | typeof WRITE_SETTINGS;
  /** Singular and plural for the summaries: “Create a check”, “List checks”. */
  noun: string;
  nouns: string;
  tag: string;
  /** The query of the list. */
  query: Query;
  /** Describes the order of the list. */
  order: string;
  view: View;
  /** The response to a creation or an edit, which may contain more than the view. */
  saved: Saved;
  input: Input;
  patch: Patch;
  /** What a summary does not say. */
  descriptions?: Partial<Record<Action, string>>;
};

/** Defines the routes of one kind of object in a project: list, create, read, edit, delete, restore. */
export function resource<
  Path extends string,
  Id extends string,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  View extends z.ZodType,
  Saved extends z.ZodType,
  Input extends z.ZodType,
  Patch extends z.ZodType,
>(definition: Definition<Path, Id, Params, Query, View, Saved, Input, Patch>) {
  const one = `${definition.path}/{${definition.id}}` as const;
  const { noun } = definition;
  const named = `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
  const text = describer(definition);
  return {
    list: route(definition.access, {
      ...text("list", `List ${definition.nouns}`),
      method: "get",
      path: definition.path,
      request: { params: InProject, query: definition.query },
      responses: { 200: json(pageSchema(definition.view), definition.order) },
    }),
    create: route(WRITE, {
      ...text("create", `Create ${named}`),
      method: "post",
      path: definition.path,
      request: { params: InProject, body: body(definition.input) },
      responses: { 201: json(definition.saved, `The ${noun}.`) },
    }),
    read: route(definition.access, {
      ...text("read", `Read ${named}`),
      method: "get",
      path: one,
      request: { params: definition.params },
      responses: { 200: json(definition.view, `The ${noun}; its version is the ETag.`) },
    }),
    edit: route(definition.editAccess ?? WRITE, {
      ...text("edit", `Edit ${named}`),
      method: "patch",
      path: one,
      request: { params: definition.params, headers: IfMatch, body: body(definition.patch) },
      responses: { 200: json(definition.saved, `The ${noun} as it is now.`) },
    }),
    remove: route(WRITE, {
      ...text("remove", `Delete ${named}`),
      method: "delete",
      path: one,
      request: { params: definition.params },
      responses: { 204: NO_CONTENT },
    }),
    restore: route(WRITE, {
      ...text("restore", `Undo the deletion of ${named}`),
      method: "post",
      path: `${one}/restore` as const,
      request: { params: definition.params },
      responses: { 200: json(definition.view, `The ${noun}.`) },
    }),
  };
}

function describer({ tag, descriptions }: { tag: string; descriptions?: Partial<Record<Action, string>> }) {
  return (action: Action, summary: string) => {
    const description = descriptions?.[action];
    return { summary, tags: [tag], ...(description !== undefined && { description }) };
  };
}
