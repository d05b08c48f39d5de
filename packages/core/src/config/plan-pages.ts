import { z } from "zod";

import { StatusPagePatch } from "../status-pages/page-input.ts";
import { changeOfOwner, isSame, nameProblem, type Names } from "./compare.ts";
import type { Current, PlanProblem, Step, Wanted } from "./plan.ts";

const ENTRIES_MAX = 200;

/** A check on a page of a file: its slug, and the name that visitors see. */
const ConfigEntry = z.strictObject({
  check: z.string().trim().min(1).max(100).meta({ description: "Its slug." }),
  group: z.string().trim().max(100, "Use at most 100 characters.").default(""),
  name: z
    .string()
    .trim()
    .min(1, "Give it the name that visitors see.")
    .max(100, "Use at most 100 characters."),
});
const { description, host, visibility, theme, showsIncidents } = StatusPagePatch.shape;

/** A status page in a configuration file: like `StatusPageInput`, but with the slugs of checks in place of their ids. */
export const ConfigPage = StatusPagePatch.omit({ entries: true })
  .required({ name: true, slug: true })
  .extend({
    description: description.default(""),
    host: host.default(null),
    visibility: visibility.default("public"),
    theme: theme.default("auto"),
    showsIncidents: showsIncidents.default(true),
    entries: z
      .array(ConfigEntry)
      .max(ENTRIES_MAX, `Use at most ${ENTRIES_MAX} checks.`)
      .refine((entries) => new Set(entries.map(({ check }) => check)).size === entries.length, {
        error: "A check stands on a page once.",
      })
      .default([])
      .meta({ description: "In the order in which they are shown." }),
  })
  .meta({
    id: "ConfigStatusPage",
    description:
      "A status page; it is known by its slug. `password` and `timezone` stay as they are where they are left out; an export never has the password.",
  });
export type ConfigPage = z.output<typeof ConfigPage>;

/** A page as a file wants it. `hasNewPassword`: the page has another password, or none. */
export type PlannedPage = Omit<ConfigPage, "password"> & { hasNewPassword: boolean };

/** An existing page. Checks without a slug are named by their id. */
export type CurrentPage = Required<Omit<ConfigPage, "password">> & { passwordHash: string | null };

/** The steps that bring the status pages into the state that a file wants. */
export function pageSteps({ statusPages }: Current, wanted: Wanted): Step[] {
  return wanted.statusPages.flatMap((page): Step[] => {
    const step = { what: "status-page", name: page.slug } as const;
    const known = statusPages.find(({ slug }) => slug === page.slug);
    if (known === undefined) return [{ ...step, act: "create", id: null, changes: [] }];
    const changes = [
      ...PAGE_FIELDS.filter((field) => page[field] !== undefined && !isSame(known[field], page[field])),
      ...(page.hasNewPassword ? ["password"] : []),
      ...changeOfOwner(known),
    ];
    return changes.length === 0 ? [] : [{ ...step, act: "update", id: known.id, changes }];
  });
}

/** What a file says of a status page besides its slug and password. */
export const PAGE_FIELDS = [
  "name",
  "description",
  "host",
  "visibility",
  "theme",
  "timezone",
  "showsIncidents",
  "entries",
] as const;

/** The problems of these pages, given the checks that will exist. */
export function pageProblems({ statusPages }: Current, wanted: Wanted, checks: Names): PlanProblem[] {
  return wanted.statusPages.flatMap(({ slug, visibility: seenBy, hasNewPassword, entries }, i) => {
    const known = statusPages.find((page) => page.slug === slug);
    const isOpen = seenBy === "password" && !hasNewPassword && (known?.passwordHash ?? null) === null;
    const unknown = entries.flatMap(({ check }, j) => {
      const message = nameProblem("check", check, checks);
      return message === null ? [] : [{ path: `statusPages.${i}.entries.${j}.check`, message }];
    });
    const message = "Set a password of at least 8 characters, or make the page public.";
    return [...(isOpen ? [{ path: `statusPages.${i}.password`, message }] : []), ...unknown];
  });
}
