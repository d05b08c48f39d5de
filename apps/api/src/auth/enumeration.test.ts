import { newAccountToken } from "@overdue/db";
import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { PASSWORD, person, read, testApi, type TestApi } from "../../test/test-api.ts";
import { watchWork } from "../../test/work.ts";
import { registeredRoutes } from "../http/access.ts";

// Whether an address has an account is read from no answer, and from none of the time before it: the same statements and the
// same number of password hashes stand for the same time, which no test could measure on a busy machine. `npm run
// bench:accounts` measures it.

const api = await testApi({ mail: true });
await person(api); // the first account is made another way
const watch = await watchWork(api);

let addresses = 0;
function newAddress(): string {
  addresses += 1;
  return `nobody-${addresses}@example.org`;
}

/** Accounts of every kind that an answer could distinguish. */
const ACCOUNTS: Record<string, () => Promise<string>> = {
  "an account": async () => (await person(api)).email,
  "an account, in capital letters": async () => (await person(api)).email.toUpperCase(),
  "an account that nobody has verified": () =>
    changed("update users set email_verified = false where email = $1"),
  "an account without a password": () =>
    changed("delete from accounts where user_id = (select id from users where email = $1)"),
  "an account whose password was hashed by scrypt": () =>
    changed(`update accounts set password = repeat('ab', 16) || ':' || repeat('cd', 64)
      where user_id = (select id from users where email = $1)`),
  "an account with a second factor": async () => {
    const ada = await person(api);
    await withAuthenticator(ada);
    return ada.email;
  },
  "an account that will be deleted": async () => {
    const ada = await person(api);
    await ada.as("POST", "/v1/me/deletion", {});
    return ada.email;
  },
};

async function changed(statement: string): Promise<string> {
  const { email } = await person(api);
  await api.deps.pool.query(statement, [email]);
  return email;
}

type Door = (email: string) => Promise<Response>;
const post = (path: string, json: object) => api.call("POST", path, { json });
const inviter = await person(api);
/** Each changes the address once. */
const changers: Awaited<ReturnType<typeof person>>[] = [];
for (let n = 0; n < Object.keys(ACCOUNTS).length + 2; n += 1) changers.push(await person(api));

/** Everywhere where somebody else's address can be asked about. */
const DOORS: Record<string, Door> = {
  "POST /api/auth/sign-in/email": (email) =>
    post("/api/auth/sign-in/email", { email, password: "a wrong password" }),
  "POST /api/auth/sign-up/email": (email) => post("/api/auth/sign-up/email", { email, password: PASSWORD }),
  "POST /api/auth/password-reset": (email) => post("/api/auth/password-reset", { email }),
  "POST /api/auth/sign-in/link": (email) => post("/api/auth/sign-in/link", { email }),
  "POST /v1/me/email-change": (email) => {
    const [ada = inviter] = changers.splice(0, 1);
    return ada.as("POST", "/v1/me/email-change", { email });
  },
  "POST /v1/projects/:projectId/invitations": (email) =>
    inviter.as("POST", `${inviter.path}/invitations`, { email, role: "viewer" }),
  "POST /v1/projects/:projectId/members": (email) =>
    inviter.as("POST", `${inviter.path}/members`, { email, role: "viewer" }),
  "POST /v1/organizations/:organizationId/invitations": (email) =>
    inviter.as("POST", `/v1/organizations/${inviter.organizationId}/invitations`, { email, role: "viewer" }),
};

/** What a caller sees, and what was done for it, without what differs from one request to the next. */
async function seenThrough(door: Door, email: string) {
  const { answer, work } = await watch(() => door(email));
  const text = (await answer.text())
    .replaceAll(new RegExp(email, "gi"), "…")
    .replaceAll(/person-\d+/g, "person")
    .replaceAll(/"[\da-f-]{36}"|"\d{4}-\d\d-\d\dT[^"]+"/g, '"…"');
  const headers = Object.fromEntries(answer.headers);
  // A session that another project had before is given to this one first.
  const statements = work.filter((what) => !what.startsWith("set role"));
  return { status: answer.status, text, headers, work: statements };
}

test.each(Object.entries(DOORS))(
  "T-AUTH-1: %s does and answers the same for an address without an account as for any kind of account",
  async (_, door) => {
    await seenThrough(door, newAddress()); // what is done once in a process
    const nobody = await seenThrough(door, newAddress());
    expect(nobody.work.length).toBeGreaterThan(0);
    for (const [kind, account] of Object.entries(ACCOUNTS))
      expect({ kind, ...(await seenThrough(door, await account())) }).toEqual({ kind, ...nobody });
  },
);

test("T-AUTH-1: signing in hashes one password, whether or not there is an account", async () => {
  const { work } = await watch(async () => DOORS["POST /api/auth/sign-in/email"]?.(newAddress()));
  expect(work.filter((what) => what.startsWith("hash"))).toHaveLength(1);
});

test("T-AUTH-1: every route that takes an address of an account is among the doors", async () => {
  type Schema = { $ref?: string; properties?: Record<string, unknown> };
  type Operation = { requestBody?: { content: Record<string, { schema: Schema }> } };
  const document = await read<{
    paths: Record<string, Record<string, Operation>>;
    components: { schemas: Record<string, Schema> };
  }>(await api.call("GET", "/openapi.json"));
  const takesAddress = ({ path, method }: { path: string; method: string }) => {
    const operation = document.paths[path.replaceAll(/:(\w+)/g, "{$1}")]?.[method.toLowerCase()];
    const schema = operation?.requestBody?.content["application/json"]?.schema;
    const named =
      schema?.$ref === undefined ? schema : document.components.schemas[schema.$ref.split("/").at(-1) ?? ""];
    return named?.properties !== undefined && "email" in named.properties;
  };
  const found = registeredRoutes(api.app.routes).filter(takesAddress);
  expect(found.map(({ method, path }) => `${method} ${path}`).toSorted()).toEqual(
    Object.keys(DOORS).toSorted(),
  );
});

test("T-AUTH-1: a link that was never sent is refused as one that has expired, whatever it is for", async () => {
  const used = async (api_: TestApi, path: string, purpose: "reset" | "sign-in" | "invitation") => {
    const token = await newAccountToken(api_.db, { purpose, email: (await person(api_)).email });
    await api_.deps.pool.query("update account_tokens set expires_at = now() - interval '1 day'", []);
    const json = (sent: string) => ({
      token: sent,
      ...(path !== "sign-in/link/finish" && { password: PASSWORD }),
    });
    return await Promise.all(
      [token, "never-sent"].map(async (sent) => {
        const response = await post(`/api/auth/${path}`, json(sent));
        return [response.status, await response.text()];
      }),
    );
  };
  for (const [path, purpose] of [
    ["password-reset/finish", "reset"],
    ["sign-in/link/finish", "sign-in"],
    ["invitation/sign-up", "invitation"],
  ] as const) {
    const [expired, never] = await used(api, path, purpose);
    expect(never).toEqual(expired);
  }
});
