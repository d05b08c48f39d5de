import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Member = { userId: string; email: string; role: string };

async function withMember(role: string) {
  const [ada, bob] = [await person(api), await person(api)];
  const added = await ada.as("POST", `${ada.path}/members`, { email: bob.email.toUpperCase(), role });
  expect(added.status).toBe(201);
  return { ada, bob, url: `${ada.path}/members/${bob.userId}` };
}

test("an owner adds somebody by e-mail address, who is in at once", async () => {
  const { ada, bob } = await withMember("viewer");
  expect((await bob.as("GET", ada.path)).status).toBe(200);
  expect((await bob.as("PATCH", ada.path, { name: "mine" })).status).toBe(403);
  const { items } = await read<{ items: Member[] }>(await ada.as("GET", `${ada.path}/members`));
  expect(items.map(({ email, role }) => [email, role])).toEqual([
    [ada.email, "owner"],
    [bob.email, "viewer"],
  ]);
});

test("somebody without an account cannot be added, nor a member again", async () => {
  const { ada, bob } = await withMember("viewer");
  const add = async (email: string) => await ada.as("POST", `${ada.path}/members`, { email, role: "owner" });
  expect(await read(await add("nobody@example.org"))).toMatchObject({
    status: 400,
    errors: [{ field: "email" }],
  });
  expect(await read(await add(bob.email))).toMatchObject({ status: 409, code: "conflict" });
  expect(await read(await ada.as("GET", `${ada.path}/members/${bob.userId}`))).toMatchObject({
    role: "viewer",
  });
});

test("a role changes from the next request on", async () => {
  const { ada, bob, url } = await withMember("viewer");
  expect(await read(await ada.as("PATCH", url, { role: "owner" }))).toMatchObject({ role: "owner" });
  expect((await bob.as("PATCH", ada.path, { name: "ours" })).status).toBe(200);
});

test("a removed member is out at once", async () => {
  const { ada, bob, url } = await withMember("editor");
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
