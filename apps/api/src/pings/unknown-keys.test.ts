import { aCheck } from "@overdue/testkit";
import { expect, test } from "vitest";

import { person, testApi } from "../../test/test-api.ts";
import { watchWork } from "../../test/work.ts";

const api = await testApi();
const ada = await person(api);
const watch = await watchWork(api);

test("T-PING-1: an unknown ping URL is looked for alike, however much of a real one it has", async () => {
  const { pingUuid } = await aCheck(api.deps.pool, { projectId: ada.projectId });
  const last = pingUuid.endsWith("0") ? "1" : "0";
  await api.app.request(`/ping/${crypto.randomUUID()}`); // what is done once in a process
  const seen = [];
  for (const uuid of [
    `${pingUuid.slice(0, -1)}${last}`,
    `${pingUuid.slice(0, 18)}-8000-0123456789ab`,
    crypto.randomUUID(),
  ]) {
    const { answer, work } = await watch(() => Promise.resolve(api.app.request(`/ping/${uuid}`)));
    seen.push({ status: answer.status, text: await answer.text(), headers: [...answer.headers], work });
  }
  expect(seen[0]?.status).toBe(404);
  expect(seen.slice(1)).toEqual([seen[0], seen[0]]);
});
