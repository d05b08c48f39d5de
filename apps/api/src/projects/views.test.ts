import { expect, test } from "vitest";

import { join, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type View = { id: string; name: string; shared: boolean; search: object };

async function aTeam() {
  const [ada, vic] = [await person(api), await person(api)];
  await join(api, { projectId: ada.projectId, userId: vic.userId, role: "viewer" });
  const path = `${ada.path}/views`;
  const list = async (who: typeof ada) =>
    (await read<{ items: View[] }>(await who.as("GET", path))).items.map(({ name }) => name);
  const save = (who: typeof ada, view: object) => who.as("POST", path, view);
  return { ada, vic, path, list, save };
}

test("a person's views are theirs alone, and shared ones are everybody's", async () => {
  const { ada, vic, list, save } = await aTeam();
  await save(ada, { name: "mine", search: { tag: ["db"] } });
  await save(ada, { name: "ours", search: { status: "down" }, shared: true });
  await save(vic, { name: "hers", search: {} });
  expect(await list(ada)).toEqual(["mine", "ours"]);
  expect(await list(vic)).toEqual(["hers", "ours"]);
});

test("saving under the same name replaces the view, a person's beside the project's", async () => {
  const { ada, path, save } = await aTeam();
  await save(ada, { name: "night", search: { q: "a" } });
  await save(ada, { name: "night", search: { q: "b" } });
  await save(ada, { name: "night", search: { q: "c" }, shared: true });
  const { items } = await read<{ items: View[] }>(await ada.as("GET", path));
  expect(items.map(({ search, shared }) => [search, shared])).toEqual([
    [{ q: "b" }, false],
    [{ q: "c" }, true],
  ]);
});

test("a viewer shares nothing and removes nothing that is shared, but removes what is theirs", async () => {
  const { ada, vic, path, list, save } = await aTeam();
  const { id: ours } = await read<View>(await save(ada, { name: "ours", search: {}, shared: true }));
  const { id: hers } = await read<View>(await save(vic, { name: "hers", search: {} }));
  expect((await save(vic, { name: "all", search: {}, shared: true })).status).toBe(403);
  expect((await vic.as("DELETE", `${path}/${ours}`)).status).toBe(403);
  expect((await ada.as("DELETE", `${path}/${hers}`)).status).toBe(404);
  expect((await vic.as("DELETE", `${path}/${hers}`)).status).toBe(204);
  expect(await list(vic)).toEqual(["ours"]);
});

test("a view that is no address is refused", async () => {
  const { ada, save } = await aTeam();
  expect((await save(ada, { name: "", search: {} })).status).toBe(400);
  expect((await save(ada, { name: "x", search: { q: { deep: 1 } } })).status).toBe(400);
  expect((await save(ada, { name: "x", search: { q: "x".repeat(201) } })).status).toBe(400);
});
