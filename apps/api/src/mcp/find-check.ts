import { z } from "zod";

import { parseResponse, type Session, ToolRefusal } from "./session.ts";
import { countText, quoteName } from "./tool.ts";

/** The field by which tools take a check. */
export const CheckNamed = z
  .string("Say which check: its name, slug or id.")
  .trim()
  .min(1, "Say which check: its name, slug or id.")
  .max(200, "Use at most 200 characters.")
  .meta({ description: "The check's name, slug or id." });

const CANDIDATES_MAX = 8;

/** A check as the API returns it, by its id, slug, name, or a part of its name. @throws ToolRefusal if that is none, or several */
export async function findCheck(session: Session, named: string) {
  return await readCheck(session, await findCheckId(session, named));
}

export type FoundCheck = Awaited<ReturnType<typeof findCheck>>;

export async function findCheckId(session: Session, named: string): Promise<string> {
  if (z.uuid().safeParse(named).success) return named;
  const bySlug = await idBySlug(session, named);
  if (bySlug !== null) return bySlug;
  const { items } = await readOverviews(session);
  const wanted = named.toLowerCase();
  const same = items.filter(({ name }) => name.toLowerCase() === wanted);
  const found = same.length > 0 ? same : items.filter(({ name }) => name.toLowerCase().includes(wanted));
  const [only] = found;
  if (only !== undefined && found.length === 1) return only.id;
  if (only === undefined)
    throw new ToolRefusal(
      `check: there is no check ${quoteName(named)} in this project: list_checks shows them.`,
    );
  const candidates = found.slice(0, CANDIDATES_MAX).map(({ name, id }) => `${quoteName(name)} ${id}`);
  throw new ToolRefusal(
    `check: ${countText(found.length, "check")} match ${quoteName(named)}: use an id. ${candidates.join(", ")}${found.length > CANDIDATES_MAX ? " …" : ""}`,
  );
}

/** Of a slug only one check has: to read one check costs far less than the list of all. */
async function idBySlug({ ofProject, param }: Session, slug: string): Promise<string | null> {
  if (slug.length > 100) return null;
  const { items } = await parseResponse(ofProject.checks.$get({ param, query: { slug, limit: "2" } }));
  return items.length === 1 ? (items[0]?.id ?? null) : null;
}

async function readCheck({ ofProject, param }: Session, checkId: string) {
  return await parseResponse(ofProject.checks[":checkId"].$get({ param: { ...param, checkId } }));
}

/** All checks of the project, oldest first, as the list in the app shows them. */
export async function readOverviews({ ofProject, param }: Session) {
  return await parseResponse(ofProject["check-overviews"].$get({ param, query: {} }));
}

export type Overview = Awaited<ReturnType<typeof readOverviews>>["items"][number];

/** The newest incidents of a check, open ones or all. */
export async function incidentsOf(session: Session, checkId: string, state: "open" | "all") {
  const { ofProject, param } = session;
  const query = { checkId, state, limit: "1" };
  return (await parseResponse(ofProject.incidents.$get({ param, query }))).items;
}
