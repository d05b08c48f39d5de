import { schema } from "@overdue/db";
import { eq } from "drizzle-orm";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOOK = { kind: "webhook", name: "hook", settings: { url: "https://example.org/hook" } };
type Page = { items: { id: string; state: string }[] };

test("what was given up is listed, can be sent again and dismissed, and a stranger sees none of it", async () => {
  const { as, path, deliveryId } = await withDeadLetter();
  const listed = await read<Page>(await as("GET", `${path}/dead-letters`));
  expect(listed.items).toMatchObject([{ id: deliveryId, state: "failed", dealtWithAt: null }]);
  expect((await as("POST", `${path}/deliveries/${deliveryId}/dismiss`)).status).toBe(204);
  expect((await read<Page>(await as("GET", `${path}/dead-letters`))).items).toEqual([]);
  expect((await as("POST", `${path}/deliveries/${deliveryId}/redeliver`)).status).toBe(202);
  expect(await read(await as("GET", `${path}/deliveries/${deliveryId}`))).toMatchObject({ state: "pending" });
  expect((await as("POST", `${path}/deliveries/${deliveryId}/redeliver`)).status).toBe(404);
});

test("one channel at the most is the fallback", async () => {
  const { as, path } = await person(api);
  const add = async () => (await read<{ id: string }>(await as("POST", `${path}/channels`, HOOK))).id;
  const [first, second] = [await add(), await add()];
  const name = (id: string) => as("PATCH", `${path}/channels/${id}`, { isFallback: true });
  expect(await read(await name(first))).toMatchObject({ isFallback: true, proveWeekly: false });
  expect(await read(await name(second))).toMatchObject({ isFallback: true });
  expect(await read(await as("GET", `${path}/channels/${first}`))).toMatchObject({ isFallback: false });
});

test("the page of the instance says what is wrong while no deadline is evaluated", async () => {
  const { as } = await person(api);
  expect(await read(await as("GET", "/v1/instance"))).toMatchObject({
    problem: expect.stringMatching(/No (receiver|checker)/),
  });
});

async function withDeadLetter() {
  const someone = await person(api);
  const { id } = await read<{ id: string }>(await someone.as("POST", `${someone.path}/channels`, HOOK));
  const test = await someone.as("POST", `${someone.path}/channels/${id}/test`);
  const { deliveryId } = await read<{ deliveryId: string }>(test);
  await api.db
    .update(schema.deliveries)
    .set({ state: "failed", kind: "system", payload: { title: "x", sentence: "y" } })
    .where(eq(schema.deliveries.id, deliveryId));
  return { ...someone, deliveryId };
}
