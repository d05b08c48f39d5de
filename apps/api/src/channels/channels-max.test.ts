import { schema } from "@overdue/db";
import { expect, test } from "vitest";

import { person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();

test("a project has at most 1,000 channels, also by undoing a deletion", async () => {
  const { as, path, projectId } = await person(api);
  const settings = { url: "https://example.org/hook" };
  const made = await read<{ id: string }>(
    await as("POST", `${path}/channels`, { kind: "webhook", name: "one", settings }),
  );
  await as("DELETE", `${path}/channels/${made.id}`);
  // No webhooks: their settings are opened wherever they are shown.
  const stored = { projectId, kind: "ntfy", hint: "example.org", settings: "sealed" };
  const names = Array.from({ length: 1_000 }, (_, i) => `hook ${i}`);
  await api.db.insert(schema.channels).values(names.map((name) => ({ ...stored, name })));
  const refused = {
    status: 422,
    code: "limit_reached",
    detail: expect.stringContaining("at most 1,000 channels"),
  };
  const more = await as("POST", `${path}/channels`, { kind: "webhook", name: "more", settings });
  expect(await read(more)).toMatchObject(refused);
  expect(await read(await as("POST", `${path}/channels/${made.id}/restore`))).toMatchObject(refused);
  await as("DELETE", `${path}/channels/${(await aChannel(as, path)).id}`);
  expect((await as("POST", `${path}/channels/${made.id}/restore`)).status).toBe(200);
});

async function aChannel(as: Awaited<ReturnType<typeof person>>["as"], path: string) {
  const { items } = await read<{ items: [{ id: string }] }>(await as("GET", `${path}/channels?limit=1`));
  return items[0];
}
