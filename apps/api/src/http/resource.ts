import type { z } from "zod";

import { type READ, type READ_DETAILS, WRITE } from "./access.ts";
import { IfMatch } from "./edits.ts";
import { body, json, NO_CONTENT, route } from "./route.ts";
import { InProject, pageSchema } from "./schemas.ts";

type Action = "list" | "create" | "read" | "edit" | "remove" | "restore";

type Definition<Path, Id, Params, Query, View, Saved, Input, Patch> = {
  path: Path;
  /** Name of the parameter that follows the path, as in `params`. */
  id: Id;
  params: Params;
  /** Who may list and read. */
  access: typeof READ | typeof READ_DETAILS;
  /** Both complete the summaries: “Create a check”, “List checks”. */
  noun: string;
  nouns: string;
  tag: string;
  /** Of the list. */
  query: Query;
  order: string;
  view: View;
  /** What a creation and an edit answer, where that is more than the view. */
  saved: Saved;
  input: Input;
  patch: Patch;
  /** Says what a summary does not. */
  descriptions?: Partial<Record<Action, string>>;
};

/** The routes of one kind of object in a project: list, create, read, edit, delete, and undo of the deletion. */
export function resource<
  Path extends string,
  Id extends string,
  Params extends z.ZodObject,
  Query extends z.ZodObject,
  View extends z.ZodType,
  Saved extends z.ZodType,
  Input extends z.ZodType,
  Patch extends z.ZodType,
>(of: Definition<Path, Id, Params, Query, View, Saved, Input, Patch>) {
  const one = `${of.path}/{${of.id}}` as const;
  const { noun } = of;
  const named = `${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
  const text = describer(of);
  return {
    list: route(of.access, {
      ...text("list", `List ${of.nouns}`),
      method: "get",
      path: of.path,
      request: { params: InProject, query: of.query },
      responses: { 200: json(pageSchema(of.view), of.order) },
    }),
    create: route(WRITE, {
      ...text("create", `Create ${named}`),
      method: "post",
      path: of.path,
      request: { params: InProject, body: body(of.input) },
      responses: { 201: json(of.saved, `The ${noun}.`) },
    }),
    read: route(of.access, {
      ...text("read", `Read ${named}`),
      method: "get",
      path: one,
      request: { params: of.params },
      responses: { 200: json(of.view, `The ${noun}; its version is the ETag.`) },
    }),
    edit: route(WRITE, {
      ...text("edit", `Edit ${named}`),
      method: "patch",
      path: one,
      request: { params: of.params, headers: IfMatch, body: body(of.patch) },
      responses: { 200: json(of.saved, `The ${noun} as it is now.`) },
    }),
    remove: route(WRITE, {
      ...text("remove", `Delete ${named}`),
      method: "delete",
      path: one,
      request: { params: of.params },
      responses: { 204: NO_CONTENT },
    }),
    restore: route(WRITE, {
      ...text("restore", `Undo the deletion of ${named}`),
      method: "post",
      path: `${one}/restore` as const,
      request: { params: of.params },
      responses: { 200: json(of.view, `The ${noun}.`) },
    }),
  };
}

function describer({ tag, descriptions }: { tag: string; descriptions?: Partial<Record<Action, string>> }) {
  return (action: Action, summary: string) => {
    const description = descriptions?.[action];
    return { summary, tags: [tag], ...(description !== undefined && { description }) };
  };
}
