import { expect, test } from "vitest";

import { HOURLY } from "../../test/one-of-everything.ts";
import { person, read, testApi } from "../../test/test-api.ts";

type Refused = { checkId: string | null; reason: string; asked: string; count: number };
type Page = { items: Refused[]; next: string | null };
type Check = { id: string; pingUrl: string };

const api = await testApi();

/** Pings are stored a second later at the most. */
async function listRefusedPings(
  someone: Awaited<ReturnType<typeof person>>,
  count: number,
  query = "",
): Promise<Page> {
  let page: Page = { items: [], next: null };
  await expect
    .poll(
      async () => {
        page = await read<Page>(await someone.as("GET", `${someone.path}/refused-pings${query}`));
        return page.items.length;
      },
      { timeout: 10_000 },
    )
    .toBe(count);
  return page;
}

test("a project lists the pings that did not count, of one check where that is asked, and nobody else's", async () => {
  const [ada, eve] = [await person(api), await person(api)];
  const check = await read<Check>(await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, slug: "nightly" }));
  const { pingKey } = await read<{ pingKey: string }>(await ada.as("GET", ada.path));
  const { pathname } = new URL(check.pingUrl);
  for (const path of [`${pathname}?success=false`, `${pathname}?success=false`, `/ping/${pingKey}/Nightly`])
    await api.app.request(path);

  const { items } = await listRefusedPings(ada, 2);
  expect(items.toSorted((a, b) => a.reason.localeCompare(b.reason))).toMatchObject([
    { reason: "invalid-slug", asked: "/Nightly", count: 1, checkId: null },
    { reason: "other-dialect", asked: "?success=false", count: 2, checkId: check.id },
  ]);
  expect(await listRefusedPings(ada, 1, `?checkId=${check.id}`)).toMatchObject({
    items: [{ reason: "other-dialect" }],
  });
  const first = await listRefusedPings(ada, 1, "?limit=1");
  const second = await listRefusedPings(ada, 1, `?limit=1&cursor=${first.next}`);
  expect(second.items[0]?.reason).not.toBe(first.items[0]?.reason);

  expect((await eve.as("GET", `${ada.path}/refused-pings`)).status).toBe(404);
  expect(await listRefusedPings(eve, 0, `?checkId=${check.id}`)).toEqual({ items: [], next: null });
});

test("a ping for a check that does not exist names its slug until the check is created", async () => {
  const ada = await person(api);
  const { pingKey } = await read<{ pingKey: string }>(await ada.as("GET", ada.path));
  await api.app.request(`/ping/${pingKey}/db-vacuum/start?rid=123e4567-e89b-12d3-a456-426614174000`);
  expect((await listRefusedPings(ada, 1)).items).toMatchObject([{ missingSlug: "db-vacuum" }]);
  await api.app.request(`/api/1/cron/DB%20Vacuum/${pingKey}/?status=ok`);
  expect((await listRefusedPings(ada, 2)).items).toMatchObject([
    { asked: "/db-vacuum" },
    { missingSlug: "db-vacuum" },
  ]);
  await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, slug: "db-vacuum" });
  expect((await listRefusedPings(ada, 2)).items).toMatchObject([
    { missingSlug: null },
    { missingSlug: null },
  ]);
  expect((await api.app.request(`/ping/${pingKey}/db-vacuum`)).status).toBe(200);
});
