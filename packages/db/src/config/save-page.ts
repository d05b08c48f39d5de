import type { PlannedPage, Step } from "@overdue/core";

import { type Db, openDb, type PoolClient } from "../database.ts";
import { findProject } from "../projects/projects.ts";
import { createStatusPageIn, editStatusPageIn, TakenByPage } from "../status-pages/pages.ts";

/** A status page as it is to be stored. `passwordHash`: null where its password stays as it is. */
export type WantedPage = PlannedPage & { passwordHash: string | null };

type Scope = {
  client: PoolClient;
  projectId: string;
  /** Ids of checks by their slugs. */
  ids: { checks: ReadonlyMap<string, string> };
};

/** Stores a status page as a file wants it. @returns its id @throws TakenByPage that names the page, ProjectLimitReached */
export async function savePage(
  step: Step,
  page: WantedPage,
  { client, projectId, ids }: Scope,
): Promise<string> {
  const db = openDb(client);
  const { slug, name, description, host, visibility, passwordHash, theme, showsIncidents, timezone } = page;
  const fields = {
    slug,
    name,
    description,
    host,
    visibility,
    theme,
    showsIncidents,
    timezone: timezone ?? (await zoneOfNew(db, step, projectId)),
    ...(passwordHash !== null && { passwordHash }),
    managedBy: "config" as const,
    entries: page.entries.flatMap(({ check, ...entry }) => {
      const checkId = ids.checks.get(check);
      return checkId === undefined ? [] : [{ checkId, ...entry }];
    }),
  };
  try {
    if (step.id === null) return (await createStatusPageIn(db, projectId, fields)).id;
    await editStatusPageIn(db, { projectId, pageId: step.id }, { fields, version: null });
    return step.id;
  } catch (error) {
    if (error instanceof TakenByPage) error.wantedSlug = slug;
    throw error;
  }
}

/** The days of a page begin in the project's zone, unless another is named. */
async function zoneOfNew(db: Db, { act }: Step, projectId: string): Promise<string | undefined> {
  return act === "create" ? (await findProject(db, projectId))?.timezone : undefined;
}
