import { findStreamTarget } from "@overdue/db";
import { expect, test } from "vitest";

import { join, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const URL = "https://audit.example.org/hooks/very-secret-part";

type Saved = { hint: string; waiting: number; shownOnce: { secret?: string } };

const put = async ({ as, path }: Awaited<ReturnType<typeof person>>, input: object) =>
  await as("PUT", `${path}/audit-stream`, input);

test("a stream is made with a secret that is shown once, and only its host is shown later", async () => {
  const ada = await person(api);
  expect(await read(await ada.as("GET", `${ada.path}/audit-stream`))).toMatchObject({ hint: null });
  const { shownOnce, ...view } = await read<Saved>(await put(ada, { url: URL }));
  expect(shownOnce.secret).toMatch(/^whsec_/);
  expect(view.hint).toBe("audit.example.org/…");
  const seen = await (await ada.as("GET", `${ada.path}/audit-stream`)).text();
  expect(seen).not.toContain("very-secret-part");
  const [stored] = await api.deps.pool.query<{ settings: string }>(
    "select settings from audit_streams where project_id = $1",
    [ada.projectId],
  );
  expect(stored?.settings).not.toContain("very-secret-part");
});

test("the same address keeps its secret, and another gets another", async () => {
  const ada = await person(api);
  const first = await read<Saved>(await put(ada, { url: URL }));
  expect((await read<Saved>(await put(ada, { url: URL }))).shownOnce).toEqual({});
  const target = async () => await findStreamTarget(api.db, api.deps.keyring, ada.projectId);
  expect((await target())?.secret).toBe(first.shownOnce.secret);
  const moved = await read<Saved>(await put(ada, { url: "https://elsewhere.example.org/" }));
  expect(moved.shownOnce.secret).not.toBe(first.shownOnce.secret);
  expect(await target()).toEqual({ url: "https://elsewhere.example.org/", secret: moved.shownOnce.secret });
});

test("what is done from then on waits for the stream, beginning with its own entry, and acts of others too", async () => {
  const [ada, bob] = [await person(api), await person(api)];
  await put(ada, { url: URL });
  await join(api, { projectId: ada.projectId, userId: bob.userId, role: "member" });
  await bob.as("POST", `${ada.path}/checks`, { schedule: { kind: "interval", everySeconds: 3_600 } });
  await api.call("POST", "/api/auth/sign-in/email", { json: { email: bob.email, password: "wrong" } });
  const waiting = () =>
    api.deps.pool.query<{ action: string }>(
      "select e.action from audit_stream_entries q join audit_entries e on e.id = q.entry_id where q.project_id = $1 order by q.id",
      [ada.projectId],
    );
  await expect
    .poll(async () => (await waiting()).map(({ action }) => action))
    .toEqual(["project.audit-stream", "check.create", "account.sign-in-failed"]);
  const entries = await (await ada.as("GET", `${ada.path}/audit`)).text();
  expect(entries).not.toContain("very-secret-part");
  expect((await ada.as("DELETE", `${ada.path}/audit-stream`)).status).toBe(204);
  expect((await ada.as("DELETE", `${ada.path}/audit-stream`)).status).toBe(404);
  expect((await waiting()).count).toBe(0);
});

test("an address that is none, or has no web scheme, is refused by its field", async () => {
  const ada = await person(api);
  for (const url of ["", "ftp://example.org/", "not an address"])
    expect(await read(await put(ada, { url }))).toMatchObject({ status: 400, errors: [{ field: "url" }] });
  expect(await read(await put(ada, { url: URL, secret: "short" }))).toMatchObject({
    status: 400,
    errors: [{ field: "secret" }],
  });
});
