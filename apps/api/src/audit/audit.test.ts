import { deleteProject, pruneAuditEntries, pruneDeleted, schema } from "@overdue/db";
import { eq, sql } from "drizzle-orm";
import { expect, test } from "vitest";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const HOURLY = { schedule: { kind: "interval", everySeconds: 3_600 } };
const SECRET = "https://hooks.slack.com/services/T000/B000/very-secret-part";
type Entry = {
  action: string;
  at: string;
  address: string;
  actor: { kind: string; id: string; name: string };
  object: { id: string; name: string };
  fields: string[];
  changes: Record<string, { before: unknown; after: unknown }>;
};
type Person = Awaited<ReturnType<typeof person>>;

/** All entries but that of the person's own sign-up, with which each project here begins. */
async function entriesOf({ as, path }: Person, query = ""): Promise<Entry[]> {
  const { items } = await read<{ items: Entry[] }>(await as("GET", `${path}/audit${query}`));
  return items.filter(({ action }) => action !== "account.sign-up");
}

test("who changed what, when and from where is written down", async () => {
  const ada = await person(api);
  const made = await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, name: "backup" });
  const { id } = await read<{ id: string }>(made);
  await ada.as("PATCH", `${ada.path}/checks/${id}`, { graceSeconds: 600, name: "nightly" });
  const [edit, creation] = await entriesOf(ada);
  expect(creation).toMatchObject({ action: "check.create", object: { id, name: "backup" } });
  expect(edit).toMatchObject({
    action: "check.edit",
    actor: { kind: "user", id: ada.userId, name: ada.email },
    object: { id, name: "nightly" },
    fields: ["graceSeconds", "name"],
    changes: { graceSeconds: { before: 3600, after: 600 }, name: { before: "backup", after: "nightly" } },
    address: expect.stringMatching(/^10\./),
  });
  expect(Math.abs(Date.parse(edit?.at ?? "") - Date.now())).toBeLessThan(60_000);
});

test("a new object is written down with its values, and a secret with dots in its place", async () => {
  const ada = await person(api);
  const channel = { kind: "slack", name: "ops", settings: { url: SECRET } };
  const made = await read<{ id: string }>(await ada.as("POST", `${ada.path}/channels`, channel));
  await ada.as("PATCH", `${ada.path}/channels/${made.id}`, { settings: { url: `${SECRET}2` }, name: "chat" });
  const { key } = await read<{ key: string }>(
    await ada.as("POST", `${ada.path}/keys`, { name: "ci", scope: "read" }),
  );
  const [keyMade, edit, creation] = await entriesOf(ada);
  expect(creation?.changes).toEqual({
    kind: { before: null, after: "slack" },
    name: { before: null, after: "ops" },
    settings: { before: null, after: "•••" },
  });
  expect(edit?.changes).toEqual({
    name: { before: "ops", after: "chat" },
    settings: { before: "•••", after: "•••" },
  });
  expect(keyMade?.changes).toMatchObject({ scope: { before: null, after: "read" } });
  const all = await (await ada.as("GET", `${ada.path}/audit/export`)).text();
  expect(all).not.toContain("very-secret-part");
  expect(all).not.toContain(key);
});

test("the log is exported as JSON lines, of a span if one is given", async () => {
  const ada = await person(api);
  for (const name of ["a", "b"]) await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, name });
  const lines = async (query: string) => {
    const answer = await ada.as("GET", `${ada.path}/audit/export?${query}`);
    expect(answer.headers.get("content-type")).toMatch(/^application\/x-ndjson/);
    return (await answer.text())
      .split("\n")
      .filter(Boolean)
      .map((line): Entry => JSON.parse(line));
  };
  const all = await lines("");
  expect(all.map(({ object }) => object.name)).toEqual(["b", "a", expect.anything()]);
  expect(await lines(`until=${all[1]?.at}`)).toEqual(all.slice(2));
  expect(await lines(`from=${all[0]?.at}`)).toEqual(all.filter(({ at }) => at >= (all[0]?.at ?? "")));
});

test.each(["0000-01-01T00:00:00Z", "0001-01-01T00:00:00+14:00", "2026-02-30T00:00:00Z"])(
  "an export up to %s, which is no instant that can be stored, is refused with the field's name",
  async (until) => {
    const ada = await person(api);
    const answer = await ada.as("GET", `${ada.path}/audit/export?until=${encodeURIComponent(until)}`);
    expect(answer.status).toBe(400);
    expect(await answer.text()).toContain("until");
  },
);

test("a question leaves no entry, though it is asked by POST", async () => {
  const ada = await person(api);
  const draft = { kind: "webhook", settings: { url: "https://example.org/hook" } };
  expect((await ada.as("POST", `${ada.path}/channels/warnings`, draft)).status).toBe(200);
  expect(await entriesOf(ada)).toEqual([]);
});

test("a file leaves an entry for each object that it changes, and none where it changes nothing", async () => {
  const ada = await person(api);
  const hook = { name: "hook", kind: "webhook", settings: { url: "https://example.org/hook" } };
  const checks = ["backup", "sync"].map((slug) => ({ slug, ...HOURLY }));
  const apply = (file: object) => ada.as("PUT", `${ada.path}/config`, { version: 1, ...file });
  const objects = async () => (await entriesOf(ada)).filter(({ action }) => action !== "project.config");
  await apply({ channels: [hook], checks });
  const made = await objects();
  expect(made.map(({ action, object }) => `${action} ${object.name}`).toSorted()).toEqual([
    "channel.create hook",
    "check.create backup",
    "check.create sync",
  ]);
  const { items } = await read<{ items: { id: string }[] }>(await ada.as("GET", `${ada.path}/checks`));
  expect(items.map(({ id }) => id).toSorted()).toEqual(
    made.flatMap(({ action, object }) => (action === "check.create" ? [object.id] : [])).toSorted(),
  );
  await apply({ channels: [hook], checks });
  await apply({ channels: [hook], checks: [{ ...checks[0], graceSeconds: 60 }] });
  const later = (await objects()).slice(0, -made.length);
  expect(later.map(({ action, object, fields }) => [action, object.name, fields]).toSorted(byAction)).toEqual(
    [
      ["check.delete", "sync", []],
      ["check.edit", "backup", ["graceSeconds"]],
    ],
  );
  expect(later[0]).toMatchObject({ actor: { kind: "user", name: ada.email }, address: expect.any(String) });
});

test("a sign-in and a change of password that fail are written down, once an hour from one address", async () => {
  const ada = await person(api);
  const address = api.deps.clientAddress;
  const wrong = { email: ada.email.toUpperCase(), password: "wrong horse battery" };
  try {
    api.deps.clientAddress = () => "192.0.2.77";
    for (let tries = 0; tries < 2; tries += 1)
      expect((await api.call("POST", "/api/auth/sign-in/email", { json: wrong })).status).toBe(401);
    const change = { currentPassword: "wrong horse battery", newPassword: "another correct horse battery" };
    expect((await ada.as("POST", "/api/auth/change-password", change)).ok).toBe(false);
  } finally {
    api.deps.clientAddress = address;
  }
  const actions = async () =>
    (await entriesOf(ada)).map(({ action, address: from }) => [action, from]).toSorted(byAction);
  await expect.poll(actions).toEqual([
    ["account.change-password-failed", "192.0.2.77"],
    ["account.sign-in-failed", "192.0.2.77"],
  ]);
});

test("a key is named as itself, through either API", async () => {
  const ada = await person(api);
  const key = await keyHolder(api, ada.projectId, "write");
  await key.as("POST", `${ada.path}/checks`, HOURLY);
  const headers = { "x-api-key": key.key };
  const made = await api.call("POST", "/api/v3/checks/", { json: { name: "old way" }, headers });
  const { uuid } = await read<{ uuid: string }>(made);
  for (const act of ["pause", "resume"])
    await api.call("POST", `/api/v3/checks/${uuid}/${act}`, { json: { "a\0name": 1 }, headers });
  await api.call("DELETE", `/api/v3/checks/${uuid}`, { headers });
  const entries = await entriesOf(ada);
  expect(entries.map((entry) => entry.action)).toEqual([
    "check.delete",
    "check.resume",
    "check.pause",
    "check.create",
    "check.create",
  ]);
  expect(new Set(entries.map(({ actor }) => `${actor.kind} ${actor.name}`))).toEqual(new Set(["key test"]));
  expect(JSON.stringify(entries)).not.toContain(uuid);
});

test("an edit keeps what its fields were before and are after it, and only of those that changed", async () => {
  const ada = await person(api);
  const channel = { kind: "slack", name: "ops", settings: { url: SECRET } };
  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/channels`, channel));
  const url = `${SECRET}-two`;
  await ada.as("PATCH", `${ada.path}/channels/${id}`, { name: "ops", collectMinutes: 5, settings: { url } });
  await ada.as("PATCH", ada.path, { name: "renamed" });
  const [project, edit] = await entriesOf(ada);
  expect(project?.changes).toEqual({ name: { before: "My project", after: "renamed" } });
  expect(edit).toMatchObject({ fields: ["collectMinutes", "name", "settings"] });
  expect(edit?.changes).toEqual({
    collectMinutes: { before: 0, after: 5 },
    settings: { before: "•••", after: "•••" },
  });
  expect(JSON.stringify(edit)).not.toContain("very-secret-part");
});

test("a change whose audit entry cannot be written is not made", async () => {
  const ada = await person(api);
  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/checks`, HOURLY));
  await api.db.execute(sql`
    create function refuse_entry() returns trigger language plpgsql as $$
    begin raise exception 'no room for entries'; end $$`);
  await api.db.execute(sql`
    create trigger refuse_entries before insert on audit_entries for each row execute function refuse_entry()`);
  try {
    expect((await ada.as("PATCH", `${ada.path}/checks/${id}`, { name: "changed" })).status).toBe(500);
    expect((await ada.as("POST", `${ada.path}/checks/${id}/pause`)).status).toBe(500);
    expect((await ada.as("DELETE", `${ada.path}/checks/${id}`)).status).toBe(500);
  } finally {
    await api.db.execute(sql`drop trigger refuse_entries on audit_entries`);
    await api.db.execute(sql`drop function refuse_entry`);
  }
  expect(await read(await ada.as("GET", `${ada.path}/checks/${id}`))).toMatchObject({
    name: "",
    status: "new",
  });
});

test("the names of fields are kept, and never a secret among their values", async () => {
  const ada = await person(api);
  await ada.as("POST", `${ada.path}/channels`, { kind: "slack", name: "ops", settings: { url: SECRET } });
  await ada.as("POST", `${ada.path}/keys`, { name: "ci", scope: "write" });
  const entries = await entriesOf(ada);
  expect(entries.map(({ action, fields }) => [action, fields])).toEqual([
    ["key.create", ["name", "scope"]],
    ["channel.create", ["kind", "name", "settings"]],
  ]);
  expect(JSON.stringify(entries)).not.toMatch(/very-secret-part|hcw_/);
});

test("what was refused, read or made already is not written down", async () => {
  const ada = await person(api);
  const once = { "idempotency-key": "k" };
  await ada.as("GET", ada.path);
  await ada.as("POST", `${ada.path}/checks`, { name: "no schedule" });
  for (let asked = 0; asked < 2; asked += 1) await ada.as("POST", `${ada.path}/checks`, HOURLY, once);
  expect((await entriesOf(ada)).map((entry) => entry.action)).toEqual(["check.create"]);
});

test("one asks for one object, page by page", async () => {
  const ada = await person(api);
  const { id } = await read<{ id: string }>(await ada.as("POST", `${ada.path}/checks`, HOURLY));
  await ada.as("POST", `${ada.path}/checks`, HOURLY);
  await ada.as("POST", `${ada.path}/checks/${id}/pause`);
  const first = await read<{ items: Entry[]; next: string }>(
    await ada.as("GET", `${ada.path}/audit?objectId=${id}&limit=1`),
  );
  expect(first.items).toMatchObject([{ action: "check.pause" }]);
  expect(await entriesOf(ada, `?objectId=${id}&cursor=${first.next}`)).toMatchObject([
    { action: "check.create" },
  ]);
});

test("one asks for a kind of object, and for a part of a name", async () => {
  const ada = await person(api);
  await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, name: "Nightly backup" });
  await ada.as("POST", `${ada.path}/checks`, { ...HOURLY, name: "sync" });
  await ada.as("PATCH", ada.path, { name: "renamed" });
  expect((await entriesOf(ada, "?noun=check")).map(({ action }) => action)).toEqual([
    "check.create",
    "check.create",
  ]);
  expect(await entriesOf(ada, "?text=BACKUP")).toMatchObject([{ object: { name: "Nightly backup" } }]);
  expect(await entriesOf(ada, "?noun=project&text=backup")).toEqual([]);
});

test("nobody rewrites or removes an entry, but it goes with its project, or after 400 days", async () => {
  const ada = await person(api);
  await ada.as("PATCH", ada.path, { name: "renamed" });
  const { auditEntries } = schema;
  const mine = eq(auditEntries.projectId, ada.projectId);
  const refusal = { cause: expect.objectContaining({ message: expect.stringMatching(/append-only/) }) };
  await expect(api.db.update(auditEntries).set({ action: "x" }).where(mine)).rejects.toMatchObject(refusal);
  await expect(api.db.delete(auditEntries).where(mine)).rejects.toMatchObject(refusal);
  await expect(api.db.execute(sql`truncate audit_entries`)).rejects.toMatchObject(refusal);
  await api.db.insert(auditEntries).values({
    projectId: ada.projectId,
    at: new Date(Date.now() - 401 * 86_400_000),
    actorKind: "user",
    actorId: ada.userId,
    actorName: "ada",
    action: "check.edit",
    objectId: "x",
    objectName: "",
    fields: [],
  });
  expect(await pruneAuditEntries(api.db, 100)).toBe(1);
  expect(await api.db.$count(auditEntries, mine)).toBe(2);
  await deleteProject(api.db, ada.projectId);
  await api.db.execute(
    sql`update projects set deleted_at = now() - interval '31 days' where id = ${ada.projectId}`,
  );
  await pruneDeleted(api.db, 100);
  expect(await api.db.$count(auditEntries, mine)).toBe(0);
});

function byAction([one]: readonly unknown[], [other]: readonly unknown[]): number {
  return String(one).localeCompare(String(other));
}
