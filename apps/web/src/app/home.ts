import type { QueryClient } from "@tanstack/react-query";
import { notFound } from "@tanstack/react-router";

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

async function containsCheck(
  client: QueryClient,
  ref: { projectId: string; checkId: string },
): Promise<boolean> {
  try {
    await client.ensureQueryData(checkQuery(ref));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status === 404) return false;
    throw error;
  }
}
