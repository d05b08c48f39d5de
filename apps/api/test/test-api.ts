import { readConfig } from "@overdue/config";
import {
  addMember,
  createKey,
  hasAnyAccount,
  type KeyScope,
  type MemberRole,
  newAccountToken,
  newSetupToken,
} from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import pino from "pino";
import { afterAll } from "vitest";

import { createApp } from "../src/app.ts";
import { OidcProvider } from "../src/auth/oidc.ts";
import type { ApiSettings, Deps } from "../src/deps.ts";
import { Streams, type StreamTimes } from "../src/events/event-routes.ts";
import { openDeps } from "../src/open-deps.ts";
import type { Site } from "../src/site/site.ts";

export const ORIGIN = "http://overdue.test";
export const PASSWORD = "correct horse battery";

/** The whole API on a database of its own, called through its front door; ends with the test file. */
export async function testApi(options: TestOptions = {}) {
  const database = await testDatabase();
  const { deps, close } = openOn(database.url, options);
  afterAll(async () => {
    await close();
    await database.drop();
  });
  const app = createApp(deps);
  const call = async (method: string, path: string, { json, headers = {} }: CallOptions = {}) =>
    await app.request(path, {
      method,
      headers: { origin: ORIGIN, ...(json !== undefined && JSON_TYPE), ...headers },
      ...(json !== undefined && { body: JSON.stringify(json) }),
    });
  return { db: deps.db, deps, database, app, call };
}

export type TestApi = Awaited<ReturnType<typeof testApi>>;
type TestOptions = Partial<ApiSettings> & {
  site?: Site;
  streamTimes?: StreamTimes;
  databaseUrl?: string;
  requestsPerMinute?: number;
};
type CallOptions = { json?: unknown; headers?: Record<string, string> };
const JSON_TYPE = { "content-type": "application/json" };

function openOn(ownUrl: string, options: TestOptions) {
  const { site = null, streamTimes, databaseUrl = ownUrl, requestsPerMinute = 0, ...changed } = options;
  const config = readConfig({
    DATABASE_URL: databaseUrl,
    SECRET_KEY: "k".repeat(32),
    PUBLIC_URL: changed.publicUrl ?? ORIGIN,
    REGISTRATION: changed.registration ?? "open",
    API_RATE_LIMIT: String(requestsPerMinute),
  });
  const opened = openDeps(config, { log: pino({ level: "silent" }), site });
  const deps: Deps = {
    ...opened.deps,
    settings: { ...opened.deps.settings, ...changed },
    oidc: changed.oidc ? new OidcProvider(changed.oidc, changed.publicUrl ?? ORIGIN) : null,
    clientAddress: nextAddress,
    pause: () => Promise.resolve(),
    streams: new Streams({ db: opened.deps.db, log: opened.deps.log, times: streamTimes }),
  };
  const close = async () => {
    deps.streams.closeAll();
    await Promise.all([opened.receiver.stop(), deps.changes.stop(), deps.workers.close()]);
    await Promise.all(opened.pools.map((pool) => pool.end()));
  };
  return { deps, close };
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
  const setupToken = (await hasAnyAccount(api.db)) ? undefined : await newSetupToken(api.db);
  const json = { email, password: PASSWORD, ...(setupToken !== undefined && { setupToken }) };
  const asked = await api.call("POST", "/api/auth/sign-up/email", { json });
  const response = asked.status === 202 ? await finishSignUp(api, email) : asked;
  if (response.status !== 200) throw new Error(await response.text());
  const cookie = cookieOf(response);
  const { userId } = await read<{ userId: string }>(response);
  const mine = await read<{ items: { id: string; organization: { id: string } }[] }>(
    await api.call("GET", "/v1/projects", { headers: { cookie } }),
  );
  const projectId = mine.items[0]?.id ?? "";
  const organizationId = mine.items[0]?.organization.id ?? "";
  const as = (
    method: string,
    path: string,
    ...[json, headers]: [json?: unknown, headers?: Record<string, string>]
  ) => api.call(method, path, { json, headers: { cookie, ...headers } });
  return { email, userId, cookie, projectId, organizationId, as, path: `/v1/projects/${projectId}` };
}

/** As by the link in the mail, which in these tests nobody sends. */
async function finishSignUp(api: TestApi, email: string): Promise<Response> {
  await api.deps.pool.query("delete from account_mails where email = $1", [email]);
  const token = await newAccountToken(api.db, { purpose: "sign-up", email });
  return await api.call("POST", "/api/auth/sign-up/finish", { json: { token, password: PASSWORD } });
}

/** Makes somebody a member who has agreed. */
export async function join(
  api: TestApi,
  { projectId, userId, role }: { projectId: string; userId: string; role: MemberRole },
): Promise<void> {
  await addMember(api.db, { projectId, userId, role });
}

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
