import { newAccountToken, newSetupToken } from "@overdue/db";
import { expect, test } from "vitest";

import { cookieOf, PASSWORD, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
const NEW = "a wholly different phrase";
await person(api); // the first account is made another way
let addresses = 0;

function newAddress(): string {
  addresses += 1;
  return `newcomer-${addresses}@example.org`;
}

async function waiting(email: string): Promise<string[]> {
  const rows = await api.deps.pool.query<{ kind: string }>(
    "select kind from account_mails where email = $1 order by id",
    [email],
  );
  return rows.map(({ kind }) => kind);
}

async function post(path: string, json: object, headers = {}) {
  return await api.call("POST", `/api/auth/${path}`, { json, headers });
}

test.each([
  ["sign-up/email", { password: PASSWORD }, "sign-up"],
  ["password-reset", {}, "reset"],
] as const)(
  "%s answers alike, by text, status and what it does, whether or not there is an account",
  async (path, more, kind) => {
    const known = (await person(api)).email;
    const answers = [];
    for (const email of [known, newAddress()]) {
      const response = await post(path, { email, ...more });
      answers.push({
        status: response.status,
        text: await response.text(),
        cookies: response.headers.getSetCookie(),
        mails: await waiting(email),
      });
    }
    expect(answers[0]).toEqual({ status: 202, text: '{"mailSent":true}', cookies: [], mails: [kind] });
    expect(answers[1]).toEqual(answers[0]);
  },
);

test("a sign-up makes no account before its link is opened: nobody can take another's address", async () => {
  const email = newAddress();
  await post("sign-up/email", { email, password: PASSWORD });
  expect((await post("sign-in/email", { email, password: PASSWORD })).status).toBe(401);
  const token = await newAccountToken(api.db, { purpose: "sign-up", email, name: "Ada" });
  const made = await post("sign-up/finish", { token, password: NEW });
  const me = await read(await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(made) } }));
  expect(me).toMatchObject({ user: { email, name: "Ada", isVerified: true }, projects: [{ role: "owner" }] });
  expect((await post("sign-in/email", { email, password: PASSWORD })).status).toBe(401);
  expect((await post("sign-in/email", { email, password: NEW })).status).toBe(200);
});

test("three mails an hour go to an address, and a fourth request is answered like the others", async () => {
  const email = newAddress();
  const statuses = [];
  for (let times = 0; times < 5; times += 1) statuses.push((await post("password-reset", { email })).status);
  expect(statuses).toEqual([202, 202, 202, 202, 202]);
  expect(await waiting(email)).toHaveLength(3);
});

test("twenty requests an hour of one network are enough", async () => {
  const here = await testApi({ mail: true });
  here.deps.clientAddress = () => "192.0.2.7";
  for (let times = 0; times < 20; times += 1) await here.deps.limits.mailRequest("192.0.2.7");
  const json = { email: newAddress() };
  expect((await here.call("POST", "/api/auth/password-reset", { json })).status).toBe(429);
});

test("a reset sets the password once, ends every session, proves the address and is confirmed by mail", async () => {
  const { email, userId, as } = await person(api);
  const token = await newAccountToken(api.db, { purpose: "reset", email, userId });
  const second = await newAccountToken(api.db, { purpose: "reset", email, userId });
  expect((await post("password-reset/finish", { token, password: "short" })).status).toBe(400);
  expect((await post("password-reset/finish", { token, password: "password1234" })).status).toBe(400);
  expect((await post("password-reset/finish", { token, password: NEW })).status).toBe(204);
  expect((await as("GET", "/v1/me")).status).toBe(401);
  for (const used of [token, second])
    expect((await post("password-reset/finish", { token: used, password: PASSWORD })).status).toBe(404);
  expect((await post("sign-in/email", { email, password: PASSWORD })).status).toBe(401);
  const signedIn = await post("sign-in/email", { email, password: NEW });
  expect(signedIn.status).toBe(200);
  expect(await waiting(email)).toContain("password-changed");
  const audit = await api.call("GET", `/v1/projects/${(await projectOf(signedIn)) ?? ""}/audit`, {
    headers: { cookie: cookieOf(signedIn) },
  });
  const { items } = await read<{ items: { action: string }[] }>(audit);
  const actions = items.map(({ action }) => action).filter((action) => action !== "account.sign-in-failed");
  expect(actions).toEqual(["account.sign-in", "account.reset-password", "account.sign-up"]);
});

async function projectOf(signedIn: Response): Promise<string | undefined> {
  const me = await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(signedIn) } });
  return (await read<{ projects: { id: string }[] }>(me)).projects[0]?.id;
}

test("two who use one link at once: one of them sets the password", async () => {
  const { email, userId } = await person(api);
  const token = await newAccountToken(api.db, { purpose: "reset", email, userId });
  const tries = [NEW, "yet another long phrase"].map((password) =>
    post("password-reset/finish", { token, password }),
  );
  const statuses = (await Promise.all(tries)).map(({ status }) => status);
  expect(statuses.toSorted((one, other) => one - other)).toEqual([204, 404]);
});

test("a link is good for its own purpose alone, and for an hour", async () => {
  const { email, userId } = await person(api);
  const verify = await newAccountToken(api.db, { purpose: "verify", email, userId });
  expect((await post("password-reset/finish", { token: verify, password: NEW })).status).toBe(404);
  const token = await newAccountToken(api.db, { purpose: "reset", email, userId });
  await api.deps.pool.query("update account_tokens set expires_at = expires_at - interval '61 minutes'");
  expect((await post("password-reset/finish", { token, password: NEW })).status).toBe(404);
});

test("an account from the time without a mail server proves its address by the one mail it gets", async () => {
  const { email, userId, as } = await person(api);
  await api.deps.pool.query("update users set email_verified = false where id = $1", [userId]);
  expect((await as("POST", "/api/auth/verify-address")).status).toBe(202);
  expect(await waiting(email)).toEqual(["verify"]);
  const token = await newAccountToken(api.db, { purpose: "verify", email, userId });
  expect((await post("verify-address/finish", { token })).status).toBe(204);
  expect(await read(await as("GET", "/v1/me"))).toMatchObject({ user: { isVerified: true } });
  expect((await as("POST", "/api/auth/verify-address")).status).toBe(409);
});

test.each([
  [{ mail: false, emailVerification: true }, false],
  [{ mail: true, emailVerification: false }, true],
])("where %o, an account is made at once; proven: %s", async (settings, isVerified) => {
  const here = await testApi({ ...settings, registration: "open" });
  await person(here);
  const json = { email: "bob@example.org", password: PASSWORD };
  const made = await here.call("POST", "/api/auth/sign-up/email", { json });
  expect(made.status).toBe(200);
  const me = await here.call("GET", "/v1/me", { headers: { cookie: cookieOf(made) } });
  expect(await read(me)).toMatchObject({ user: { isVerified } });
});

test("the first account is proven by the link on the console", async () => {
  const here = await testApi({ registration: "invite" });
  const json = { email: "ada@example.org", password: PASSWORD, setupToken: await newSetupToken(here.db) };
  const made = await here.call("POST", "/api/auth/sign-up/email", { json });
  const me = await here.call("GET", "/v1/me", { headers: { cookie: cookieOf(made) } });
  expect(await read(me)).toMatchObject({ user: { isVerified: true } });
});

test("without a mail server a forgotten password is said to be the operator's to reset", async () => {
  const here = await testApi();
  const json = { email: "ada@example.org" };
  const refused = await here.call("POST", "/api/auth/password-reset", { json });
  expect(await read(refused)).toMatchObject({ status: 403, detail: expect.stringContaining("user reset") });
});

test("a change of the password is confirmed by mail, too", async () => {
  const { email, as } = await person(api);
  const weak = { currentPassword: PASSWORD, newPassword: "password1234" };
  expect((await as("POST", "/api/auth/change-password", weak)).status).toBe(400);
  const change = { currentPassword: PASSWORD, newPassword: NEW };
  expect((await as("POST", "/api/auth/change-password", change)).status).toBe(204);
  expect(await waiting(email)).toEqual(["password-changed"]);
});

test("a person owns a hundred projects at the most", async () => {
  const { as, userId } = await person(api);
  await api.deps.pool.query(
    `with made as (insert into projects (name, badge_key)
       select 'many', gen_random_uuid()::text from generate_series(1, 99) returning id)
     insert into members (project_id, user_id, role) select id, $1, 'owner' from made`,
    [userId],
  );
  const refused = await as("POST", "/v1/projects", { name: "one more" });
  expect(await read(refused)).toMatchObject({ status: 422, code: "limit_reached" });
});
