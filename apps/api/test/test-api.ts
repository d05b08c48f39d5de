import {
  createKey,
  createProject,
  hasAccount,
  keyringOf,
  type KeyScope,
  newSetupToken,
  openDb,
} from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll } from "vitest";

import { createApp } from "../src/app.ts";
import { createAuth } from "../src/auth/better-auth.ts";
import { sessionsOf } from "../src/auth/sessions.ts";
import type { ApiSettings, Deps } from "../src/deps.ts";
import { KeyUse } from "../src/keys/key-use.ts";

export const ORIGIN = "http://overdue.test";
export const PASSWORD = "correct horse battery";

/** The whole API on a database of its own, called through its front door; ends with the test file. */
export async function testApi(options: Partial<ApiSettings> = {}) {
  const database = await testDatabase();
  afterAll(() => database.drop());
  const deps = depsOn(database, options);
  const app = createApp(deps);
  const call = (method: string, path: string, request: CallOptions = {}) =>
    app.request(path, {
      method,
      headers: { origin: ORIGIN, ...(request.json !== undefined && JSON_TYPE), ...request.headers },
      ...(request.json !== undefined && { body: JSON.stringify(request.json) }),
    });
  return { db: deps.db, deps, database, app, call };
}

export type TestApi = Awaited<ReturnType<typeof testApi>>;
type CallOptions = { json?: unknown; headers?: Record<string, string> };
const JSON_TYPE = { "content-type": "application/json" };

function depsOn(
  { pool, url }: Awaited<ReturnType<typeof testDatabase>>,
  options: Partial<ApiSettings>,
): Deps {
  const db = openDb(pool);
  const log = pino({ level: "silent" });
  const now = () => Date.now();
  const settings = {
    version: "0.0.0-test",
    publicUrl: ORIGIN,
    origins: [ORIGIN],
    registration: "open" as const,
    ...options,
  };
  const auth = createAuth({ db, log, secret: "s".repeat(32), ...settings });
  return {
    pool,
    db,
    log,
    now,
    settings,
    auth,
    sessions: sessionsOf(auth),
    keyring: keyringOf(["k".repeat(32)]),
    keyUse: new KeyUse({ db, log, now }),
    clientAddress: () => nextAddress(),
  };
}

// Every request comes from elsewhere, so that no test runs into another's limits.
let addresses = 0;
function nextAddress(): string {
  addresses += 1;
  return `10.${(addresses >> 16) & 255}.${(addresses >> 8) & 255}.${addresses & 255}`;
}

let people = 0;

/** A signed-in person with a project of their own. */
export async function person(api: TestApi) {
  people += 1;
  const email = `person-${people}@example.org`;
  const setupToken = (await hasAccount(api.db)) ? undefined : await newSetupToken(api.db);
  const json = { email, password: PASSWORD, ...(setupToken !== undefined && { setupToken }) };
  const response = await api.call("POST", "/api/auth/sign-up/email", { json });
  if (response.status !== 200) throw new Error(await response.text());
  const cookie = cookieOf(response);
  const { userId } = await read<{ userId: string }>(response);
  const mine = await read<{ items: { id: string }[] }>(
    await api.call("GET", "/v1/projects", { headers: { cookie } }),
  );
  const projectId = mine.items[0]?.id ?? "";
  const as = (method: string, path: string, json?: unknown, headers: Record<string, string> = {}) =>
    api.call(method, path, { ...(json !== undefined && { json }), headers: { cookie, ...headers } });
  return { email, userId, cookie, projectId, as, path: `/v1/projects/${projectId}` };
}

export type Person = Awaited<ReturnType<typeof person>>;

/** Calls with a key of a project. */
export async function keyHolder(api: TestApi, projectId: string, scope: KeyScope) {
  const { key, row } = await createKey(api.db, { projectId, name: "test", scope });
  const as = (method: string, path: string, json?: unknown) =>
    api.call(method, path, {
      ...(json !== undefined && { json }),
      headers: { authorization: `Bearer ${key}` },
    });
  return { key, id: row.id, as };
}

export function project(api: TestApi, ownerId: string) {
  return createProject(api.db, { name: "Another", ownerId });
}

/** The cookies that an answer sets, as a request sends them. */
export function cookieOf(response: Response): string {
  return response.headers
    .getSetCookie()
    .map((cookie) => cookie.split(";")[0])
    .join("; ");
}

/** A body that the test knows the shape of. */
export async function read<T = Record<string, unknown>>(response: Response): Promise<T> {
  return (await response.json()) as T;
}
