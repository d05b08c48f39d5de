import { CHANNEL_FIELDS, type Current, type Step, type Wanted } from "./plan.ts";
import { PAGE_FIELDS } from "./plan-pages.ts";
import { ROUTE_FIELDS } from "./plan-routes.ts";

/** The value of each changed field before and after; null before it was made. */
export type StepValues = Record<string, { before: unknown; after: unknown }>;

/** Stands for a secret. */
const MASK = "•••";
const SECRETS = new Set(["settings", "password"]);

/**
 * What a step changes, for the audit log: the fields of an object that it makes, or those that it changes. A deletion has none,
 * as by hand. Secrets are masked.
 */
export function stepValues({ act, what, name, changes }: Step, current: Current, wanted: Wanted): StepValues {
  if (act === "delete") return {};
  const before = act === "create" ? {} : fieldsOf(what, name, current);
  const after = fieldsOf(what, name, wanted);
  const names =
    act === "create" ? Object.keys(after).filter((field) => (after[field] ?? null) !== null) : changes;
  const entries = names.flatMap((field) => {
    if (SECRETS.has(field))
      return [[field, { before: act === "create" ? null : MASK, after: MASK }] as const];
    if (field === "managedBy") return [[field, { before: null, after: "config" }] as const];
    return field in after ? [[field, { before: before[field] ?? null, after: after[field] }] as const] : [];
  });
  return Object.fromEntries(entries);
}

/** An object of a file, or of a project, by its name: the fields that a step may name. */
function fieldsOf(what: Step["what"], name: string, of: Current | Wanted): Record<string, unknown> {
  if (what === "check") {
    const {
      fields = {},
      channels = null,
      dependsOn = null,
    } = of.checks.find(({ slug }) => slug === name) ?? {};
    return { ...fields, channels, dependsOn };
  }
  if (what === "status-page") {
    const page = of.statusPages.find(({ slug }) => slug === name);
    return pick(page, PAGE_FIELDS);
  }
  if (what === "channel")
    return pick(
      of.channels.find((one) => one.name === name),
      ["kind", ...CHANNEL_FIELDS],
    );
  return pick(
    of.routes.find((one) => one.name === name),
    ROUTE_FIELDS,
  );
}

function pick(from: object | undefined, names: readonly string[]): Record<string, unknown> {
  const all = new Map(Object.entries(from ?? {}));
  return Object.fromEntries(names.filter((name) => all.has(name)).map((name) => [name, all.get(name)]));
}
