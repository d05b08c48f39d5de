import { askApi, projectOf, readList } from "./commands/api.ts";
import type { Machine } from "./machine.ts";

/** A check, as far as commands look at it. */
export type KnownCheck = {
  id: string;
  name: string;
  slug: string;
  tags: string[];
  schedule: Readonly<Record<string, unknown>>;
  status: string;
  /** Null for a key that only reads. */
  pingUrl: string | null;
  createdAt: string;
};

/** The project of the API key, and what commands do in it. */
export type OpenProject = {
  listChecks: () => Promise<KnownCheck[]>;
  createCheck: (check: object) => Promise<KnownCheck>;
  /** Anything else below the project; `path` begins with a slash. */
  ask: <Answer>(method: "GET" | "POST" | "PATCH" | "PUT", path: string, body?: unknown) => Promise<Answer>;
};

/** Opens the project whose API key is set. Throws a `CommandError` in a sentence if it cannot. */
export async function openProject(machine: Machine): Promise<OpenProject> {
  const { id } = await projectOf(machine);
  const ask: OpenProject["ask"] = (method, path, body) =>
    askApi(machine, `/v1/projects/${id}${path}`, { method, body });
  return {
    ask,
    createCheck: async (check) => ask("POST", "/checks", check),
    listChecks: async () => readList(machine, `/v1/projects/${id}/checks`),
  };
}
