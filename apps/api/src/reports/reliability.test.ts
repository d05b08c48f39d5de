import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Answer = {
  from: string;
  until: string;
  timezone: string;
  all: { checks: number; uptime: number | null };
  tags: { tag: string; checks: number; failed: number }[];
  checks: { name: string; tags: string[]; uptime: number | null; failed: number; downs: number }[];
};

async function aProject() {
  const ada = await person(api);
  const create = async (name: string, tags: string[]) => {
    const check = { name, tags, schedule: { kind: "interval", everySeconds: 3_600 } };
    const { pingUrl } = await read<{ pingUrl: string }>(await ada.as("POST", `${ada.path}/checks`, check));
    const ping = async (path = "") => await api.app.request(`${new URL(pingUrl).pathname}${path}`);
    return ping;
  };
  const ask = (query: string) => ada.as("GET", `${ada.path}/reliability${query}`);
  return { ada, create, ask };
}

test("figures are of each check, each tag and all together", async () => {
  const { create, ask } = await aProject();
  const backup = await create("backup", ["db", "nightly"]);
  await create("sync", ["db"]);
  await backup();
  await backup("/fail");
  const answer = await read<Answer>(await ask("?span=24h"));
  expect(answer.all.checks).toBe(2);
  expect(answer.checks.map(({ name }) => name)).toEqual(["backup", "sync"]);
  expect(answer.checks[0]).toMatchObject({ tags: ["db", "nightly"], downs: 1 });
  expect(answer.tags.map(({ tag, checks }) => [tag, checks])).toEqual([
    ["db", 2],
    ["nightly", 1],
  ]);
});

test("a tag narrows the checks and their sum, not the list of tags", async () => {
  const { create, ask } = await aProject();
  await create("backup", ["db", "nightly"]);
  await create("sync", ["db"]);
  const answer = await read<Answer>(await ask("?tag=nightly"));
  expect(answer.checks.map(({ name }) => name)).toEqual(["backup"]);
  expect(answer.all.checks).toBe(1);
  expect(answer.tags).toHaveLength(2);
});

test("days are by the clock of the zone, and the last one is included", async () => {
  const { ask } = await aProject();
  const answer = await read<Answer>(await ask("?from=2026-03-01&until=2026-03-31&timezone=Europe/Berlin"));
  expect(answer).toMatchObject({
    from: "2026-02-28T23:00:00.000Z",
    until: "2026-03-31T22:00:00.000Z",
    timezone: "Europe/Berlin",
  });
});

test.each([
  ["?from=2026-03-01", "until"],
  ["?until=2026-03-01", "from"],
  ["?from=2026-03-02&until=2026-03-01", "until"],
  ["?from=2024-03-02&until=2026-03-01", "until"],
  ["?from=2999-03-02&until=2999-03-03", "from"],
  ["?span=century", "span"],
  ["?timezone=Mars", "timezone"],
])("%s is refused with the name of the field", async (query, field) => {
  const { ask } = await aProject();
  const answer = await ask(query);
  expect(answer.status).toBe(400);
  expect(JSON.stringify(await read(answer))).toContain(field);
});

test("as CSV it has a line for each check", async () => {
  const { create, ask } = await aProject();
  await create("=1+1", ["db"]);
  const answer = await ask("?format=csv&span=7d");
  expect(answer.headers.get("content-type")).toContain("text/csv");
  const [head, line, ...rest] = (await answer.text()).trim().split("\r\n");
  expect(head).toMatch(/^check_name,check_id,tags,uptime,/);
  expect(head).toContain("acknowledge_ms");
  expect(line).toMatch(/^'=1\+1,/);
  expect(rest).toEqual([]);
});

test("a key that reads may read it", async () => {
  const { ada } = await aProject();
  const reader = await keyHolder(api, ada.projectId, "read");
  expect((await reader.as("GET", `${ada.path}/reliability`)).status).toBe(200);
});
