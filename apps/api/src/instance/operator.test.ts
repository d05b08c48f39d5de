import { setOperator } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const ada = await person(api);
const eve = await person(api);
await setOperator(api.db, ada.userId, true);
await setOperator(api.db, eve.userId, false);

test("an operator sees the state of the instance, and what is wrong", async () => {
  const view = await read<{ problems: string[] }>(await ada.as("GET", "/v1/operator"));
  expect(view).toMatchObject({
    queue: "postgres",
    deliveries: { due: 0, underWay: 0, deadLetters: 0 },
    channels: { all: 0, broken: 0, resting: 0 },
    selfTest: { lastArrivedAt: null, day: { count: 0, p50Ms: null, p99Ms: null } },
    heartbeat: { isSet: false, lastSentAt: null },
  });
  expect(view.problems).toContainEqual(expect.stringMatching(/^No receiver has committed a ping/));
});

test("nobody else sees it", async () => {
  expect((await eve.as("GET", "/v1/operator")).status).toBe(403);
  expect(await read(await eve.as("GET", "/v1/me"))).toMatchObject({ isOperator: false });
  expect(await read(await ada.as("GET", "/v1/me"))).toMatchObject({ isOperator: true });
});
