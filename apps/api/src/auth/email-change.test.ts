import { newAccountToken } from "@overdue/db";
import { expect, test } from "vitest";

import { withAuthenticator } from "../../test/authenticator.ts";
import { cookieOf, PASSWORD, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
await person(api); // the operator

let addresses = 0;
const anAddress = () => {
  addresses += 1;
  return `new-${addresses}@example.org`;
};

type Person = Awaited<ReturnType<typeof person>>;

/** A change that waits, with what the links in the two mails hold. */
async function aChange(of?: Person) {
  const [ada, newEmail] = [of ?? (await person(api)), anAddress()];
  const asked = await ada.as("POST", "/v1/me/email-change", { email: newEmail });
  expect(asked.status).toBe(202);
  const { userId } = ada;
  const token = (email: string) => newAccountToken(api.db, { purpose: "email-change", email, userId });
  return { ada, newEmail, atOld: await token(ada.email), atNew: await token(newEmail) };
}

const byLink = (act: "confirm" | "stop", token: string, headers: Record<string, string> = {}) =>
  api.call("POST", `/api/auth/email-change/${act}`, { json: { token }, headers });
const emailOf = async ({ as }: Person) =>
  (await read<{ user: { email: string } }>(await as("GET", "/v1/me"))).user.email;
const signIn = (email: string) =>
  api.call("POST", "/api/auth/sign-in/email", { json: { email, password: PASSWORD } });
const mailsTo = async (email: string) =>
  (
    await api.deps.pool.query<{ kind: string }>("select kind from account_mails where email = $1", [email])
  ).map(({ kind }) => kind);

test("the address changes only when both addresses have confirmed it, in either order", async () => {
  for (const first of ["atOld", "atNew"] as const) {
    const { ada, newEmail, ...tokens } = await aChange();
    expect(await read(await byLink("confirm", tokens[first]))).toEqual({ state: "waiting" });
    expect(await emailOf(ada)).toBe(ada.email);
    const second = tokens[first === "atOld" ? "atNew" : "atOld"];
    const done = await byLink("confirm", second, { cookie: ada.cookie });
    expect(await read(done)).toEqual({ state: "changed" });
    expect(await emailOf(ada)).toBe(newEmail);
    expect((await signIn(ada.email)).status).toBe(401);
    expect((await signIn(newEmail)).status).toBe(200);
    expect(await mailsTo(ada.email)).toContain("email-changed");
  }
});

test("the change ends every session but that of the browser which opened the last link", async () => {
  const { ada, atOld, atNew } = await aChange();
  const elsewhere = cookieOf(await signIn(ada.email));
  const status = async (cookie: string) => (await api.call("GET", "/v1/me", { headers: { cookie } })).status;
  await byLink("confirm", atOld);
  expect(await status(elsewhere)).toBe(200);
  await byLink("confirm", atNew, { cookie: ada.cookie });
  expect([await status(elsewhere), await status(ada.cookie)]).toEqual([401, 200]);
  const again = await aChange({ ...ada, email: await emailOf(ada) });
  await byLink("confirm", again.atOld);
  await byLink("confirm", again.atNew, { cookie: (await person(api)).cookie });
  expect(await status(ada.cookie)).toBe(401);
});

test("whether the new address has an account shows in no answer", async () => {
  const taken = (await person(api)).email;
  const answers = [];
  for (const email of [taken, anAddress()]) {
    const ada = await person(api);
    const response = await ada.as("POST", "/v1/me/email-change", { email });
    const { newEmail, email: own, expiresAt, ...rest } = await read(response);
    expect([newEmail, own, typeof expiresAt]).toEqual([email, ada.email, "string"]);
    answers.push({ status: response.status, rest, mails: await mailsTo(email) });
  }
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.mails).toEqual(["email-change"]);
});

test("an address that another account has got meanwhile is not taken away from it", async () => {
  const { ada, newEmail, atOld, atNew } = await aChange();
  await byLink("confirm", atOld);
  const bob = await person(api);
  await api.deps.pool.query("update users set email = $1 where id = $2", [newEmail, bob.userId]);
  expect((await byLink("confirm", atNew)).status).toBe(409);
  expect([await emailOf(ada), await emailOf(bob)]).toEqual([ada.email, newEmail]);
  expect(await read(await ada.as("GET", "/v1/me/email-change"))).toMatchObject({ newEmail: null });
});

test("the change is shown while it waits, can be cancelled, and its links then do nothing", async () => {
  const { ada, newEmail, atOld, atNew } = await aChange();
  await byLink("confirm", atNew);
  expect(await read(await ada.as("GET", "/v1/me/email-change"))).toMatchObject({
    email: ada.email,
    newEmail,
    isConfirmedByOld: false,
    isConfirmedByNew: true,
  });
  expect((await ada.as("DELETE", "/v1/me/email-change")).status).toBe(204);
  expect((await ada.as("DELETE", "/v1/me/email-change")).status).toBe(404);
  expect((await byLink("confirm", atOld)).status).toBe(404);
  expect(await emailOf(ada)).toBe(ada.email);
});

test("the present address stops the change and ends every session; the new one only stops it", async () => {
  const status = async ({ as }: Person) => (await as("GET", "/v1/me")).status;
  const one = await aChange();
  expect((await byLink("stop", one.atNew)).status).toBe(204);
  expect(await status(one.ada)).toBe(200);
  const two = await aChange();
  expect((await byLink("stop", two.atOld)).status).toBe(204);
  expect(await status(two.ada)).toBe(401);
  for (const token of [one.atOld, two.atNew]) expect((await byLink("confirm", token)).status).toBe(404);
});

test("another change ends the links of the one before, and a day ends both", async () => {
  const first = await aChange();
  const second = await aChange(first.ada);
  expect((await byLink("confirm", first.atNew)).status).toBe(404);
  await api.deps.pool.query("update email_changes set expires_at = now() where user_id = $1", [
    first.ada.userId,
  ]);
  expect((await byLink("confirm", second.atNew)).status).toBe(404);
});

test("links that went to the former address end with it", async () => {
  const { ada, atOld, atNew } = await aChange();
  const { userId, email } = ada;
  const reset = await newAccountToken(api.db, { purpose: "reset", email, userId });
  await byLink("confirm", atOld);
  await byLink("confirm", atNew);
  const json = { token: reset, password: "another long password" };
  expect((await api.call("POST", "/api/auth/password-reset/finish", { json })).status).toBe(404);
});

test("an address that nobody has verified confirms nothing, so that a typing error can be mended", async () => {
  const ada = await person(api);
  await api.deps.pool.query("update users set email_verified = false where id = $1", [ada.userId]);
  const { atNew, newEmail } = await aChange(ada);
  expect(await mailsTo(ada.email)).toEqual([]);
  expect(await read(await byLink("confirm", atNew, { cookie: ada.cookie }))).toEqual({ state: "changed" });
  expect(await emailOf(ada)).toBe(newEmail);
  expect(await mailsTo(ada.email)).toEqual([]);
});

test("the request, both ends of it and a stop are in the audit log", async () => {
  const { ada, newEmail, atOld, atNew } = await aChange();
  await byLink("confirm", atOld);
  await byLink("confirm", atNew, { cookie: ada.cookie });
  const { items } = await read<{ items: { action: string; changes: object }[] }>(
    await ada.as("GET", `${ada.path}/audit`),
  );
  expect(items.find(({ action }) => action === "account.change-email")?.changes).toEqual({
    email: { before: ada.email, after: newEmail },
  });
  expect(items.map(({ action }) => action)).toEqual(
    expect.arrayContaining(["account.email-change-requested", "account.change-email"]),
  );
});

test("one's own address is no change, and without a mail server the operator's command is named", async () => {
  const ada = await person(api);
  expect((await ada.as("POST", "/v1/me/email-change", { email: ada.email })).status).toBe(400);
  const alone = await testApi();
  const bob = await person(alone);
  const refused = await bob.as("POST", "/v1/me/email-change", { email: anAddress() });
  expect(await read(refused)).toMatchObject({
    status: 403,
    detail: expect.stringContaining("npm run admin -- user change-email"),
  });
});

test("a reset by mail of an unverified account removes what else signs in to it", async () => {
  const ada = await person(api);
  await withAuthenticator(ada);
  const { email, userId } = ada;
  await api.deps.pool.query("update users set email_verified = false where id = $1", [userId]);
  const token = await newAccountToken(api.db, { purpose: "reset", email, userId });
  const json = { token, password: PASSWORD };
  expect((await api.call("POST", "/api/auth/password-reset/finish", { json })).status).toBe(204);
  expect((await signIn(email)).status).toBe(200);
});
