import { findInvitation, newAccountToken } from "@overdue/db";
import { expect, test } from "vitest";

import { cookieOf, join, PASSWORD, person, read, testApi, type TestApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
type Person = Awaited<ReturnType<typeof person>>;
type Invitation = { id: string; email: string; link: string | null };
let strangers = 0;

function newAddress(): string {
  strangers += 1;
  return `stranger-${strangers}@example.org`;
}

async function invite(owner: Person, email: string, role = "member"): Promise<Invitation> {
  const response = await owner.as("POST", `${owner.path}/invitations`, { email, role });
  expect(response.status).toBe(201);
  return await read<Invitation>(response);
}

/** What the mail would carry. */
async function linkTokenOf({ id, email }: Invitation): Promise<string> {
  return await newAccountToken(api.db, { purpose: "invitation", email, invitationId: id });
}

async function waitingMails(of: TestApi, email: string): Promise<string[]> {
  const rows = await of.deps.pool.query<{ kind: string }>(
    "select kind from account_mails where email = $1 order by id",
    [email],
  );
  return rows.map(({ kind }) => kind);
}

test("inviting makes nobody a member; accepting does, once, with the invitation's role", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const { id } = await invite(ada, bob.email.toUpperCase());
  expect((await bob.as("GET", ada.path)).status).toBe(404);
  expect(await read(await bob.as("GET", "/v1/invitations"))).toMatchObject({
    items: [{ id, role: "member" }],
  });
  const accept = async () => (await bob.as("POST", `/v1/invitations/${id}/accept`, {})).status;
  expect(await accept()).toBe(200);
  expect((await bob.as("GET", ada.path)).status).toBe(200);
  expect((await bob.as("PATCH", ada.path, { name: "mine" })).status).toBe(403);
  expect(await accept()).toBe(404);
  expect(await read(await ada.as("GET", `${ada.path}/invitations`))).toMatchObject({ items: [] });
});

test("the answer is the same whether or not the address has an account", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const answers = await Promise.all(
    [bob.email, newAddress()].map(async (email) => {
      const response = await ada.as("POST", `${ada.path}/invitations`, { email, role: "viewer" });
      const view = await read<Record<string, unknown>>(response);
      return {
        status: response.status,
        view: { ...view, id: "", email: "", createdAt: "", expiresAt: "" },
        mails: await waitingMails(api, email),
      };
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
  expect(answers[0]?.mails).toEqual(["invitation"]);
});

test("nobody but the invited person can answer an invitation, with its id or with its link", async () => {
  const [ada, bob, eve] = [await person(api), await person(api), await person(api)];
  const invitation = await invite(ada, bob.email);
  const token = await linkTokenOf(invitation);
  for (const verb of ["accept", "decline"]) {
    expect((await eve.as("POST", `/v1/invitations/${invitation.id}/${verb}`, {})).status).toBe(404);
    expect((await eve.as("POST", `/v1/invitations/${invitation.id}/${verb}`, { token })).status).toBe(403);
  }
  expect((await eve.as("GET", ada.path)).status).toBe(404);
  expect(await findInvitation(api.db, invitation.id)).not.toBeNull();
});

test("an account whose address is not proven sees no invitation to it, and cannot accept one", async () => {
  const [ada, eve] = [await person(api), await person(api)];
  await api.deps.pool.query("update users set email_verified = false where id = $1", [eve.userId]);
  const invitation = await invite(ada, eve.email);
  expect(await read(await eve.as("GET", "/v1/invitations"))).toMatchObject({ items: [] });
  expect((await eve.as("POST", `/v1/invitations/${invitation.id}/accept`, {})).status).toBe(404);
  expect(
    (await eve.as("POST", `${eve.path}/invitations`, { email: newAddress(), role: "viewer" })).status,
  ).toBe(403);
  const token = await linkTokenOf(invitation);
  expect((await eve.as("POST", `/v1/invitations/${invitation.id}/accept`, { token })).status).toBe(200);
  expect(await read(await eve.as("GET", "/v1/me"))).toMatchObject({ user: { isVerified: true } });
});

test("a person says no, with or without an account, and is not asked by that invitation again", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const [known, unknown] = [await invite(ada, bob.email), await invite(ada, newAddress())];
  expect((await bob.as("POST", `/v1/invitations/${known.id}/decline`, {})).status).toBe(204);
  const json = { token: await linkTokenOf(unknown) };
  expect((await api.call("POST", "/api/auth/invitation/decline", { json })).status).toBe(204);
  expect((await api.call("POST", "/api/auth/invitation", { json })).status).toBe(404);
  expect((await bob.as("POST", `/v1/invitations/${known.id}/accept`, {})).status).toBe(404);
});

test("a revoked or expired invitation leads nowhere", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const revoked = await invite(ada, bob.email);
  const json = { token: await linkTokenOf(revoked) };
  expect(await read(await api.call("POST", "/api/auth/invitation", { json }))).toMatchObject({
    id: revoked.id,
  });
  expect((await ada.as("DELETE", `${ada.path}/invitations/${revoked.id}`)).status).toBe(204);
  expect((await api.call("POST", "/api/auth/invitation", { json })).status).toBe(404);
  expect((await bob.as("POST", `/v1/invitations/${revoked.id}/accept`, json)).status).toBe(404);

  const old = await invite(ada, bob.email);
  await api.deps.pool.query("update invitations set expires_at = now() where id = $1", [old.id]);
  expect((await bob.as("POST", `/v1/invitations/${old.id}/accept`, {})).status).toBe(404);
  const renewed = await invite(ada, bob.email, "viewer");
  expect((await bob.as("POST", `/v1/invitations/${renewed.id}/accept`, {})).status).toBe(200);
});

test.each([
  ["open", 200],
  ["invite", 200],
  ["closed", 403],
] as const)(
  "where registration is %s, the link lets exactly the invited address sign up: %i",
  async (registration, status) => {
    const here = await testApi({ mail: true, registration });
    const ada = await person(here);
    const email = "bob@example.org";
    const made = await read<Invitation>(
      await ada.as("POST", `${ada.path}/invitations`, { email, role: "viewer" }),
    );
    const token = await newAccountToken(here.db, { purpose: "invitation", email, invitationId: made.id });
    const json = { token, password: PASSWORD };
    const response = await here.call("POST", "/api/auth/invitation/sign-up", { json });
    expect(response.status).toBe(status);
    if (status !== 200) return;
    const me = await read(await here.call("GET", "/v1/me", { headers: { cookie: cookieOf(response) } }));
    expect(me).toMatchObject({
      user: { email, isVerified: true },
      projects: [{ id: ada.projectId, role: "viewer" }],
    });
    expect((await here.call("POST", "/api/auth/invitation/sign-up", { json })).status).toBe(404);
  },
);

test("without a mail server the owner gets the link, once, to hand it over", async () => {
  const here = await testApi({ registration: "invite" });
  const ada = await person(here);
  const invitation = await read<Invitation>(
    await ada.as("POST", `${ada.path}/invitations`, { email: "bob@example.org", role: "viewer" }),
  );
  const token = new URL(invitation.link ?? "").searchParams.get("token");
  expect(JSON.stringify(await read(await ada.as("GET", `${ada.path}/invitations`)))).not.toContain(token);
  const json = { token, password: PASSWORD };
  expect((await here.call("POST", "/api/auth/invitation/sign-up", { json })).status).toBe(200);
});

test("fifty invitations of a project a day are enough, and three an hour to one address", async () => {
  const ada = await person(api);
  const email = newAddress();
  for (let times = 0; times < 3; times += 1) await invite(ada, email);
  expect((await ada.as("POST", `${ada.path}/invitations`, { email, role: "viewer" })).status).toBe(429);
  for (let times = 0; times < 50; times += 1) await api.deps.limits.invitation(ada.projectId);
  const another = { email: newAddress(), role: "viewer" };
  expect((await ada.as("POST", `${ada.path}/invitations`, another)).status).toBe(429);
});

test("no stored token opens anything: only its hash is kept", async () => {
  const ada = await person(api);
  const token = await linkTokenOf(await invite(ada, newAddress()));
  const rows = await api.deps.pool.query<{ hash: string }>("select * from account_tokens");
  expect(JSON.stringify(rows)).not.toContain(token);
  for (const { hash } of rows) {
    const json = { token: hash };
    expect((await api.call("POST", "/api/auth/invitation", { json })).status).toBe(404);
  }
});

test("joining and leaving stand in the project's audit log", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const { id } = await invite(ada, bob.email);
  await bob.as("POST", `/v1/invitations/${id}/accept`, {});
  await join(api, { projectId: ada.projectId, userId: bob.userId, role: "viewer" });
  await bob.as("POST", `${ada.path}/leave`);
  const { items } = await read<{ items: { action: string }[] }>(await ada.as("GET", `${ada.path}/audit`));
  const actions = items.map(({ action }) => action);
  expect(actions).toEqual(["project.leave", "invitation.accept", "invitation.create", "account.sign-up"]);
});
