import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOUR = 3_600_000;
type Activity = {
  items: {
    name: string;
    slots: [at: number, kind: string, lateMs: number | null][];
    runs: [start: number | null, end: number | null, kind: string, exit: number | null][];
    upcoming: number[];
    upcomingCut?: true;
  }[];
  next: string | null;
};

async function withCheck(everySeconds = 3_600) {
  const someone = await person(api);
  const check = await read<{ pingUrl: string }>(
    await someone.as("POST", `${someone.path}/checks`, {
      name: "backup",
      schedule: { kind: "interval", everySeconds },
    }),
  );
  const ping = async (end: string) =>
    await api.app.request(new URL(check.pingUrl).pathname + end, { method: "POST", body: end });
  const path = (from: number, until: number, more = "") => {
    const at = (ms: number) => new Date(Date.now() + ms).toISOString();
    return `${someone.path}/activity?from=${at(from)}&until=${at(until)}${more}`;
  };
  const activity = async (from: number, until: number, more = "") =>
    await read<Activity>(await someone.as("GET", path(from, until, more)));
  return { ...someone, ping, path, activity };
}

test("a span has the runs of each check in it, with what became of them", async () => {
  const { ping, activity } = await withCheck();
  await ping("/start");
  await ping("/3");
  const { items } = await activity(-HOUR, HOUR / 2);
  expect(items).toMatchObject([
    { name: "backup", runs: [[expect.any(Number), expect.any(Number), "failed", 3]] },
  ]);
  const [start = 0] = items[0]?.runs[0] ?? [];
  expect(start).toBeGreaterThan(HOUR - 60_000);
});

test("a run that goes on has no end", async () => {
  const { ping, activity } = await withCheck();
  await ping("/start");
  expect((await activity(-HOUR, HOUR)).items).toMatchObject([
    { runs: [[expect.any(Number), null, "running", null]] },
  ]);
  expect((await activity(-2 * HOUR, -HOUR)).items).toMatchObject([{ runs: [] }]);
});

test("what will be due is listed up to 60 times, and said to be cut beyond", async () => {
  const hourly = await withCheck();
  await hourly.ping("");
  const [day] = (await hourly.activity(0, 2.5 * HOUR)).items;
  expect(day?.upcoming).toHaveLength(2);
  expect(day).not.toHaveProperty("upcomingCut");
  const dense = await withCheck(60);
  await dense.ping("");
  expect((await dense.activity(0, 3 * HOUR)).items).toMatchObject([{ upcomingCut: true }]);
});

test("checks come page by page, and another project's never", async () => {
  const { as, path, activity } = await withCheck();
  await as("POST", `${path(0, 1).split("/activity")[0]}/checks`, {
    name: "second",
    schedule: { kind: "interval", everySeconds: 60 },
  });
  const first = await activity(-HOUR, 0, "&limit=1");
  expect(first.items).toHaveLength(1);
  const second = await activity(-HOUR, 0, `&limit=1&cursor=${first.next}`);
  expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(["backup", "second"]);
  expect(second.next).toBeNull();
  const stranger = await person(api);
  expect((await stranger.as("GET", path(-HOUR, 0))).status).toBe(404);
});

test("a run names the ping that brought its output, and how long it took is known once it has ended", async () => {
  const { ping, as, path } = await withCheck();
  await ping("/start");
  await ping("/3");
  const [base = ""] = path(0, 1).split("/activity");
  const { items } = await read<{ items: { id: string }[] }>(await as("GET", `${base}/checks`));
  const check = `${base}/checks/${items[0]?.id}`;
  expect(await read(await as("GET", `${check}/runs`))).toMatchObject({
    items: [{ outcome: "fail", outputPing: 2 }],
  });
  expect(await read(await as("GET", `${check}/durations`))).toMatchObject({
    usual: null,
    items: [{ outcome: "fail", exitStatus: 3, durationMs: expect.any(Number) }],
  });
});

test.each([
  ["that is too long", -40 * 24 * HOUR, 0],
  ["that ends before it begins", 0, -HOUR],
])("a span %s is refused with the field and the way out", async (_, from, until) => {
  const { as, path } = await withCheck();
  const response = await as("GET", path(from, until));
  expect(response.status).toBe(400);
  expect(await response.text()).toMatch(/"field":"until".*Take/);
});
