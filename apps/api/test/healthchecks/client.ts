import { createProject } from "@overdue/db";

import { keyHolder, read, type TestApi } from "../test-api.ts";

type Options = { key?: string | null; version?: string };
type Call = [method: string, path: string, json?: unknown, options?: Options];
export type CheckAnswer = Record<string, unknown> & { uuid: string; badge_url: string };

/** Calls the healthchecks with the keys of a fresh project. */
export async function healthchecksClient(api: TestApi) {
  const project = await createProject(api.db, { name: "Healthchecks", ownerId: null });
  const write = await keyHolder(api, project.id, "write");
  const readOnly = await keyHolder(api, project.id, "read");
  const call = async (...[method, path, json, options = {}]: Call) => {
    const { key = write.key, version = "v3" } = options;
    const headers = key === null ? {} : { "x-api-key": key };
    const url = path.startsWith("/") ? path : `/api/${version}/${path}`;
    return await api.app.request(url, {
      method,
      headers,
      ...(json !== undefined && { body: typeof json === "string" ? json : JSON.stringify(json) }),
    });
  };
  const create = async (json: object = {}, options: Options = {}) => {
    const response = await call("POST", "checks/", json, options);
    if (response.status !== 201) throw new Error(await response.text());
    return await read<CheckAnswer>(response);
  };
  const update = async (uuid: string, json: object, options: Options = {}) => {
    const response = await call("POST", `checks/${uuid}`, json, options);
    if (response.status !== 200) throw new Error(await response.text());
    return await read<CheckAnswer>(response);
  };
  const get = async <T = CheckAnswer>(path: string, options: Options = {}) =>
    await read<T>(await call("GET", path, undefined, options));
  const ping = async (path: string, body = "") =>
    await api.app.request(`/ping/${path}`, { method: "POST", body });
  return { project, writeKey: write.key, readKey: readOnly.key, call, create, update, get, ping };
}

export type HealthchecksClient = Awaited<ReturnType<typeof healthchecksClient>>;
