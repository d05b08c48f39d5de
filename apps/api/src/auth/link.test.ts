import { newAccountToken } from "@overdue/db";
import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { cookieOf, person, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
await person(api); // the operator

const post = (path: string, json: object) => api.call("POST", `/api/auth/sign-in/${path}`, { json });

test("a link to sign in is asked for alike, whether or not the address has an account", async () => {
  const known = (await person(api)).email;
  const answers = [];
  for (const email of [known, "stranger@example.org"]) {
    const response = await post("link", { email });
    const mails = await api.deps.pool.query(
      "select kind from account_mails where email = $1 and kind = 'sign-in'",
      [email],
    );
    answers.push({ status: response.status, text: await response.text(), mails: mails.length });
  }
  expect(answers[0]).toEqual({ status: 202, text: '{"mailSent":true}', mails: 1 });
  expect(answers[1]).toEqual(answers[0]);
});

test("a link signs in once, for a quarter of an hour", async () => {
  const { email, userId } = await person(api);
  const token = await newAccountToken(api.db, { purpose: "sign-in", email, userId });
  const done = await post("link/finish", { token });
  expect(done.status).toBe(200);
  expect((await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(done) } })).status).toBe(200);
  expect((await post("link/finish", { token })).status).toBe(404);
  const late = await newAccountToken(api.db, { purpose: "sign-in", email, userId });
  await api.deps.pool.query("update account_tokens set expires_at = expires_at - interval '16 minutes'");
  expect((await post("link/finish", { token: late })).status).toBe(404);
});

test("a link is no way around the second factor, and none to an address that was left", async () => {
  const ada = await person(api);
  await withAuthenticator(ada);
  const token = await newAccountToken(api.db, { purpose: "sign-in", email: ada.email, userId: ada.userId });
  const half = await post("link/finish", { token });
  expect(half.status).toBe(202);
  expect((await api.call("GET", "/v1/me", { headers: { cookie: cookieOf(half) } })).status).toBe(401);
  const bob = await person(api);
  const old = await newAccountToken(api.db, { purpose: "sign-in", email: bob.email, userId: bob.userId });
  await api.deps.pool.query("update users set email = 'moved@example.org' where id = $1", [bob.userId]);
  expect((await post("link/finish", { token: old })).status).toBe(404);
});
