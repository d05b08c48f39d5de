import type { QueryClient } from "@tanstack/react-query";
import { notFound, redirect } from "@tanstack/react-router";

import { ApiError } from "../api/problem.ts";
import { type Me, meQuery } from "../accounts/account-queries.ts";
import { checkQuery } from "../checks/check-queries.ts";

const LAST_PROJECT = "overdue-last-project";

/** The id of the project that was opened last, or else of the first one; null for a person without projects. */
export function homeProjectId({ projects }: Me): string | null {
  const last = localStorage.getItem(LAST_PROJECT);
  return (projects.find(({ id }) => id === last) ?? projects[0])?.id ?? null;
}

export function rememberProject(projectId: string): void {
  localStorage.setItem(LAST_PROJECT, projectId);
}

/** The id of the person's project that contains a check. @throws the router's "not found" */
export async function findCheckProject(client: QueryClient, checkId: string): Promise<string> {
  const { projects } = await client.ensureQueryData(meQuery);
  const hasChecks = await Promise.all(
    projects.map(({ id }) => containsCheck(client, { projectId: id, checkId })),
  );
  const project = projects.find((_, index) => hasChecks[index]);
  if (!project) throw notFound();
  return project.id;
}

type CheckAt = { projectId: string; checkId: string };

/**
 * Reads a check for a page of it. An old address of a check that has moved leads to the same page in the project where it is
 * now. @throws the router's redirect, or its "not found" where the person may not see that project
 */
export async function ensureCheck(client: QueryClient, params: CheckAt, page: "" | "/edit"): Promise<void> {
  if (await containsCheck(client, params)) return;
  const projectId = await findCheckProject(client, params.checkId);
  throw redirect({
    to: `/projects/$projectId/checks/$checkId${page}`,
    params: { ...params, projectId },
    search: true,
    replace: true,
  });
}

async function containsCheck(client: QueryClient, ref: CheckAt): Promise<boolean> {
  try {
    await client.ensureQueryData(checkQuery(ref));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
