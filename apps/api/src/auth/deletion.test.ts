import {
  createProject,
  deleteDueAccounts,
  newAccountToken,
  openDb,
  pruneDeleted,
  purgeUnverifiedAccounts,
} from "@overdue/db";
import { expect, test } from "vitest";

import { join, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi({ mail: true });
const { pool } = api.deps;
await person(api); // the operator

type Person = Awaited<ReturnType<typeof person>>;

const plan = async ({ as }: Person) => await read(await as("GET", "/v1/me/deletion"));
const schedule = ({ as, organizationId }: Person, more: object = {}) =>
  as("POST", "/v1/me/deletion", { organizationIds: [organizationId], ...more });
const makeDue = ({ userId }: Person) =>
  pool.query("update account_deletions set delete_after = now() where user_id = $1", [userId]);
const joinOrganization = (of: Person, { userId }: Person, role: string) =>
  pool.query("insert into organization_members (organization_id, user_id, role) values ($1, $2, $3)", [
    of.organizationId,
    userId,
    role,
  ]);
const countOf = async (table: string, column: string, id: string) =>
  (await pool.query(`select from ${table} where ${column} = $1`, [id])).count;
const mailsTo = async ({ email }: Person) =>
  (
    await pool.query<{ name: string }>(
      "select name from account_mails where email = $1 and kind = 'account-deletion'",
      [email],
    )
  ).map(({ name }) => name);

test("what goes with an account is said before: organizations, keys and invitations", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  await joinOrganization(ada, bob, "member");
  await ada.as("POST", `${ada.path}/keys`, { name: "dashboard", scope: "read" });
  await ada.as("POST", `${ada.path}/invitations`, { email: "guest@example.org", role: "viewer" });
  expect(await plan(ada)).toMatchObject({
    deleteAfter: null,
    organizations: [{ id: ada.organizationId, isLastOwner: true, otherPeople: 1, projects: ["My project"] }],
    madeKeys: [{ name: "dashboard", scope: "read", project: "My project" }],
    invited: ["guest@example.org"],
    isLastOperator: false,
  });
  const seen = (await plan(bob))["organizations"];
  expect(seen).toContainEqual(
    expect.objectContaining({ id: ada.organizationId, isLastOwner: false, role: "member" }),
  );
});

test("who alone owns an organization hands it over or deletes it with the account", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const refused = await ada.as("POST", "/v1/me/deletion", {});
  expect(await read(refused)).toMatchObject({
    status: 409,
    detail: expect.stringContaining("make somebody else an owner"),
  });
  expect((await schedule(ada, { organizationIds: [ada.organizationId, bob.organizationId] })).status).toBe(
    400,
  );
  await joinOrganization(ada, bob, "owner");
  expect((await ada.as("POST", "/v1/me/deletion", {})).status).toBe(200);
  expect((await schedule(bob, { organizationIds: [bob.organizationId, ada.organizationId] })).status).toBe(
    400,
  );
});

test("until the deletion everything works, and its link or the page takes it back", async () => {
  const ada = await person(api);
  expect((await schedule(ada)).status).toBe(200);
  expect(await mailsTo(ada)).toEqual(["scheduled"]);
  const days = (Date.parse(String((await plan(ada))["deleteAfter"])) - Date.now()) / 86_400_000;
  expect(Math.round(days)).toBe(7);
  expect(await deleteDueAccounts(api.db, 10)).toEqual([]);
  expect((await ada.as("GET", ada.path)).status).toBe(200);
  const { email, userId } = ada;
  const token = await newAccountToken(api.db, { purpose: "account-deletion", email, userId });
  const cancel = () => api.call("POST", "/api/auth/deletion/cancel", { json: { token } });
  expect([(await cancel()).status, (await cancel()).status]).toEqual([204, 404]);
  await schedule(ada);
  expect((await ada.as("DELETE", "/v1/me/deletion")).status).toBe(204);
  await makeDue(ada);
  expect(await deleteDueAccounts(api.db, 10)).toEqual([]);
});

test("a deleted account is gone with the organizations that it alone owned, and what was in them", async () => {
  const ada = await person(api);
  await ada.as("POST", `${ada.path}/checks`, { schedule: { kind: "interval", everySeconds: 3_600 } });
  await schedule(ada);
  await makeDue(ada);
  expect(await deleteDueAccounts(api.db, 10)).toEqual([{ userId: ada.userId, outcome: "deleted" }]);
  expect((await ada.as("GET", "/v1/me")).status).toBe(401);
  expect(await mailsTo(ada)).toEqual(["done"]);
  while ((await pruneDeleted(api.db, 100)) > 0);
  expect(await countOf("projects", "id", ada.projectId)).toBe(0);
  expect(await countOf("checks", "project_id", ada.projectId)).toBe(0);
  expect(await countOf("organizations", "id", ada.organizationId)).toBe(0);
});

test("keys in projects that stay are kept or end, as was chosen, and open invitations end", async () => {
  for (const keys of ["keep", "end"] as const) {
    const [ada, bob] = [await person(api), await person(api)];
    await joinOrganization(ada, bob, "owner");
    const { key } = await read<{ key: string }>(
      await ada.as("POST", `${ada.path}/keys`, { name: "ci", scope: "read" }),
    );
    await ada.as("POST", `${ada.path}/invitations`, {
      email: `guest-of-${keys}@example.org`,
      role: "viewer",
    });
    await ada.as("POST", "/v1/me/deletion", { keys });
    await makeDue(ada);
    await deleteDueAccounts(api.db, 10);
    const opens = await api.call("GET", ada.path, { headers: { "x-api-key": key } });
    expect([keys, opens.status]).toEqual([keys, keys === "keep" ? 200 : 401]);
    const { items } = await read<{ items: unknown[] }>(await bob.as("GET", `${ada.path}/invitations`));
    expect(items).toEqual([]);
    const { items: entries } = await read<{ items: { action: string; actor: object }[] }>(
      await bob.as("GET", `${ada.path}/audit`),
    );
    expect(entries[0]).toMatchObject({ action: "account.deleted", actor: { name: ada.email } });
  }
});

test("who became the last owner since is kept, with a mail that says why", async () => {
  const [ada, bob, eve] = [await person(api), await person(api), await person(api)];
  await joinOrganization(ada, bob, "owner");
  await joinOrganization(ada, eve, "viewer");
  await ada.as("POST", "/v1/me/deletion", {});
  expect((await bob.as("POST", `/v1/organizations/${ada.organizationId}/leave`)).status).toBe(204);
  await makeDue(ada);
  expect(await deleteDueAccounts(api.db, 10)).toEqual([{ userId: ada.userId, outcome: "stopped" }]);
  expect((await ada.as("GET", ada.path)).status).toBe(200);
  expect(await mailsTo(ada)).toEqual(["scheduled", "stopped"]);
});

test("an organization that was to be deleted stays where somebody else owns it by then", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  await schedule(ada);
  await joinOrganization(ada, bob, "owner");
  await makeDue(ada);
  await deleteDueAccounts(api.db, 10);
  expect((await bob.as("GET", ada.path)).status).toBe(200);
});

test("the only operator of an instance cannot go, as nobody would be notified of its problems", async () => {
  const alone = await testApi();
  const ada = await person(alone);
  const refused = await schedule(ada);
  expect(await read(refused)).toMatchObject({
    status: 409,
    detail: expect.stringContaining("user operator"),
  });
});

test("the database itself refuses to leave an organization without an owner, by whatever statement", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  await joinOrganization(ada, bob, "admin");
  const of = [ada.organizationId];
  for (const statement of [
    "delete from organization_members where organization_id = $1 and role = 'owner'",
    "update organization_members set role = 'admin' where organization_id = $1",
    "delete from users where id = (select user_id from organization_members where organization_id = $1 and role = 'owner')",
  ])
    await expect(pool.query(statement, of)).rejects.toThrow("would be left without an owner");
  await joinOrganization(ada, await person(api), "owner");
  const leave = () =>
    openDb(pool).transaction(async (tx) => {
      await tx.execute(`delete from organization_members where ctid in (select ctid from organization_members
        where organization_id = '${ada.organizationId}' and role = 'owner' limit 1 for update skip locked)`);
    });
  const left = await Promise.allSettled([leave(), leave()]);
  expect(left.filter(({ status }) => status === "fulfilled")).toHaveLength(1);
});

test("the export has what is stored about a person, and nobody's secrets", async () => {
  const ada = await person(api);
  const { key } = await read<{ key: string }>(
    await ada.as("POST", `${ada.path}/keys`, { name: "ci", scope: "read" }),
  );
  const response = await ada.as("GET", "/v1/me/export");
  expect(response.headers.get("content-disposition")).toContain("overdue-account.json");
  const text = await response.text();
  const exported = JSON.parse(text) as Record<string, unknown>;
  expect(exported).toMatchObject({
    account: { email: ada.email },
    organizations: [{ id: ada.organizationId, role: "owner" }],
    projects: [{ id: ada.projectId }],
    apiKeys: [{ name: "ci" }],
    signInMethods: [{ provider: "credential" }],
  });
  expect(exported["auditEntries"]).toContainEqual(expect.objectContaining({ action: "key.create" }));
  const [hash] = await pool.query<{ password: string }>("select password from accounts where user_id = $1", [
    ada.userId,
  ]);
  const [session] = await pool.query<{ token: string }>("select token from sessions where user_id = $1", [
    ada.userId,
  ]);
  for (const secret of [key, hash?.password ?? "x", session?.token ?? "x"])
    expect(text).not.toContain(secret);
});

const makeUnverified = async ({ userId }: Person, days: number) => {
  await pool.query(
    "update users set email_verified = false, created_at = now() - make_interval(days => $2::int) where id = $1",
    [userId, days],
  );
  await pool.query(
    "update sessions set updated_at = now() - make_interval(days => $2::int) where user_id = $1",
    [userId, days],
  );
};
const mailSince = (days: number) =>
  pool.query(
    "insert into instance_facts (name, value, created_at) values ('mail since', '', now() - make_interval(days => $1::int)) on conflict (name) do update set created_at = excluded.created_at",
    [days],
  );
const purge = (canConfirm = true) => purgeUnverifiedAccounts(api.db, { canConfirm, limit: 100 });
const isThere = async ({ userId }: Person) => (await countOf("users", "id", userId)) === 1;

test("a sign-up that nobody confirmed for 7 days, and nobody uses, is purged with its empty project", async () => {
  const [old, young] = [await person(api), await person(api)];
  await makeUnverified(old, 8);
  await makeUnverified(young, 6);
  await mailSince(8);
  expect(await purge()).toBe(1);
  expect([await isThere(old), await isThere(young)]).toEqual([false, true]);
});

test("without a mail server nobody is purged, and after one is set up people have 7 days", async () => {
  const ada = await person(api);
  await makeUnverified(ada, 100);
  await mailSince(100);
  expect(await purge(false)).toBe(0);
  expect(await purge()).toBe(0);
  await mailSince(6);
  expect(await purge()).toBe(0);
  await mailSince(8);
  expect(await purge()).toBe(1);
});

test("an account in use is never purged: with a check, other people, a recent session, or as operator", async () => {
  await mailSince(8);
  const [withCheck, withOthers, present, operator, bob] = await Promise.all(
    Array.from({ length: 5 }, () => person(api)),
  );
  if (!withCheck || !withOthers || !present || !operator || !bob) throw new Error("They were just made.");
  await withCheck.as("POST", `${withCheck.path}/checks`, {
    schedule: { kind: "interval", everySeconds: 3_600 },
  });
  await join(api, { projectId: withOthers.projectId, userId: bob.userId, role: "viewer" });
  for (const one of [withCheck, withOthers, present, operator]) await makeUnverified(one, 8);
  await pool.query("update sessions set updated_at = now() where user_id = $1", [present.userId]);
  await pool.query("update users set is_operator = true where id = $1", [operator.userId]);
  expect(await purge()).toBe(0);
  await createProject(api.db, { name: "second", ownerId: present.userId });
  await pool.query("delete from sessions where user_id = $1", [present.userId]);
  expect(await purge()).toBe(1);
});
