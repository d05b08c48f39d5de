import { expect, test } from "vitest";

import { join, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Member = { userId: string; email: string; role: string };

async function withMember(role: "owner" | "member" | "viewer") {
  const [ada, bob] = [await person(api), await person(api)];
  await join(api, { projectId: ada.projectId, userId: bob.userId, role });
  return { ada, bob, url: `${ada.path}/members/${bob.userId}` };
}

test("members are listed by their address", async () => {
  const { ada, bob } = await withMember("viewer");
  expect((await bob.as("PATCH", ada.path, { name: "mine" })).status).toBe(403);
  const { items } = await read<{ items: Member[] }>(await ada.as("GET", `${ada.path}/members`));
  expect(items.map(({ email, role }) => [email, role])).toEqual([
    [ada.email, "owner"],
    [bob.email, "viewer"],
  ]);
});

test("adding a member by the old path makes an invitation, and nobody a member", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  const added = await ada.as("POST", `${ada.path}/members`, { email: bob.email, role: "owner" });
  expect(added.status).toBe(201);
  expect(await read(added)).toMatchObject({ email: bob.email, role: "owner" });
  expect((await bob.as("GET", ada.path)).status).toBe(404);
});

test("a member cannot be invited again", async () => {
  const { ada, bob, url } = await withMember("viewer");
  const again = await ada.as("POST", `${ada.path}/members`, { email: bob.email, role: "owner" });
  expect(await read(again)).toMatchObject({ status: 409, code: "conflict" });
  expect(await read(await ada.as("GET", url))).toMatchObject({ role: "viewer" });
});

test.each(["viewer", "member"] as const)("a %s leaves by themselves", async (role) => {
  const { ada, bob } = await withMember(role);
  expect((await bob.as("POST", `${ada.path}/leave`)).status).toBe(204);
  expect((await bob.as("GET", ada.path)).status).toBe(404);
  const { items } = await read<{ items: { action: string }[] }>(await ada.as("GET", `${ada.path}/audit`));
  expect(items[0]).toMatchObject({ action: "project.leave", actor: { name: bob.email } });
});

test("who made the project leaves it once another owner has put it into another organization", async () => {
  const { ada, bob, url } = await withMember("member");
  expect((await ada.as("POST", `${ada.path}/leave`)).status).toBe(409);
  await ada.as("PATCH", url, { role: "owner" });
  const stays = await read(await ada.as("POST", `${ada.path}/leave`));
  expect(stays).toMatchObject({
    status: 409,
    detail: expect.stringContaining("by its organization, as owner"),
  });
  const [own] = (await read<{ items: { id: string }[] }>(await bob.as("GET", "/v1/organizations"))).items;
  const moved = await bob.as("POST", `${ada.path}/organization`, { organizationId: own?.id });
  expect(await read(moved)).toMatchObject({ organization: { id: own?.id }, role: "owner" });
  expect((await ada.as("POST", `${ada.path}/leave`)).status).toBe(204);
  expect((await ada.as("GET", ada.path)).status).toBe(404);
  expect((await bob.as("GET", ada.path)).status).toBe(200);
});

test("the keys that a member made are named before a removal, and end with it where the owner says so", async () => {
  const { ada, bob, url } = await withMember("owner");
  const make = async (name: string) =>
    await read<{ key: string }>(await bob.as("POST", `${ada.path}/keys`, { name, scope: "read" }));
  const { key } = await make("dashboard");
  const opens = async () => (await api.call("GET", ada.path, { headers: { "x-api-key": key } })).status;
  await ada.as("POST", `${ada.path}/keys`, { name: "of Ada", scope: "read" });
  const { items } = await read<{ items: { name: string }[] }>(await ada.as("GET", `${url}/keys`));
  expect(items.map(({ name }) => name)).toEqual(["dashboard"]);
  expect((await ada.as("DELETE", url)).status).toBe(204);
  expect(await opens()).toBe(200);
  await join(api, { projectId: ada.projectId, userId: bob.userId, role: "viewer" });
  expect((await ada.as("DELETE", `${url}?keys=end`)).status).toBe(204);
  expect(await opens()).toBe(401);
});

test("a role changes from the next request on", async () => {
  const { ada, bob, url } = await withMember("viewer");
  expect(await read(await ada.as("PATCH", url, { role: "owner" }))).toMatchObject({ role: "owner" });
  expect((await bob.as("PATCH", ada.path, { name: "ours" })).status).toBe(200);
});

test("a removed member is out at once", async () => {
  const { ada, bob, url } = await withMember("member");
  expect((await ada.as("DELETE", url)).status).toBe(204);
  expect((await bob.as("GET", ada.path)).status).toBe(404);
  expect((await ada.as("DELETE", url)).status).toBe(404);
});

test("a project keeps an owner, even when two leave at once", async () => {
  const { ada, bob, url } = await withMember("owner");
  const own = `${ada.path}/members/${ada.userId}`;
  const statuses = await Promise.all([
    ada.as("DELETE", url).then(({ status }) => status),
    bob.as("PATCH", own, { role: "viewer" }).then(({ status }) => status),
  ]);
  expect(statuses.filter((status) => status < 300)).toHaveLength(1);
  const lone = await person(api);
  const leave = await lone.as("DELETE", `${lone.path}/members/${lone.userId}`);
  expect(await read(leave)).toMatchObject({ status: 409, code: "conflict" });
});
