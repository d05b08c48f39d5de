import { schema } from "@overdue/db";
import { inArray } from "drizzle-orm";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
type Someone = Awaited<ReturnType<typeof person>>;
type Page = { items: { id: string; checkName: string; stormId: string | null }[] };

test("a storm says what its incidents share and how many are open, and they are listed", async () => {
  const someone = await person(api);
  const [one, two, alone] = [
    await incident(someone, "a"),
    await incident(someone, "b"),
    await incident(someone, "c"),
  ];
  const stormId = await storm(someone, "host db1", [one.id, two.id]);
  const url = `${someone.path}/storms/${stormId}`;
  const expected = { id: stormId, shared: { kind: "host", value: "db1", name: null }, incidents: 2 };
  expect(await read(await someone.as("GET", url))).toMatchObject({ ...expected, open: 2, overAt: null });
  await api.app.request(one.pingPath);
  expect(await read(await someone.as("GET", url))).toMatchObject({ ...expected, open: 1, overAt: null });
  await api.app.request(two.pingPath);
  expect(await read(await someone.as("GET", url))).toMatchObject({
    ...expected,
    open: 0,
    overAt: expect.any(String),
  });
  const listed = await read<Page>(
    await someone.as("GET", `${someone.path}/incidents?state=all&stormId=${stormId}`),
  );
  expect(listed.items.map(({ id }) => id).toSorted()).toEqual([one.id, two.id].toSorted());
  expect(listed.items.map(({ id }) => id)).not.toContain(alone.id);
});

test("what they depend on is named", async () => {
  const someone = await person(api);
  const below = await incident(someone, "storage");
  const stormId = await storm(someone, `dependency ${below.checkId}`, [below.id]);
  const { items } = await read<{ items: object[] }>(await someone.as("GET", `${someone.path}/storms`));
  const shared = { kind: "dependency", value: below.checkId, name: "storage" };
  expect(items).toMatchObject([{ id: stormId, shared, incidents: 1, open: 1 }]);
});

test("what shares nothing says so", async () => {
  const someone = await person(api);
  const stormId = await storm(someone, "", [(await incident(someone, "a")).id]);
  expect(await read(await someone.as("GET", `${someone.path}/storms/${stormId}`))).toMatchObject({
    shared: null,
  });
});

test("another project's storm is not there", async () => {
  const [someone, stranger] = [await person(api), await person(api)];
  const stormId = await storm(someone, "host db1", [(await incident(someone, "a")).id]);
  expect((await stranger.as("GET", `${stranger.path}/storms/${stormId}`)).status).toBe(404);
});

async function incident({ as, path }: Someone, name: string) {
  const made = await read<{ id: string; pingUrl: string }>(
    await as("POST", `${path}/checks`, { ...HOURLY, name }),
  );
  const pingPath = new URL(made.pingUrl).pathname;
  await api.app.request(`${pingPath}/fail`, { method: "POST" });
  const { items } = await read<Page>(await as("GET", `${path}/incidents?checkId=${made.id}`));
  return { id: items[0]?.id ?? "", checkId: made.id, pingPath };
}

async function storm({ projectId }: Someone, shared: string, incidentIds: string[]): Promise<string> {
  const [made] = await api.db
    .insert(schema.storms)
    .values({ projectId, openedAt: new Date(), shared })
    .returning();
  await api.db
    .update(schema.incidents)
    .set({ stormId: made?.id ?? null })
    .where(inArray(schema.incidents.id, incidentIds));
  return made?.id ?? "";
}
