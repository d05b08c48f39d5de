import { findRole, keyringOf, openDb, schema, unseal } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { eq } from "drizzle-orm";
import { afterAll, describe, expect, test } from "vitest";
import { dataDirectory, start, urlOf } from "../../test/start.ts";
import { runAdmin } from "./admin.ts";

const database = await testDatabase();
const db = openDb(database.pool);
afterAll(database.drop);

const SECRET_KEY = "s".repeat(40);
const NOBODY = "00000000-0000-4000-8000-000000000000";
const environment = { DATABASE_URL: database.url, SECRET_KEY };
const admin = (command: string, ...rest: string[]) => runAdmin([...command.split(" "), ...rest], environment);

async function newProject(): Promise<string> {
  return JSON.parse(await admin("project create --name Nightly --json")).project;
}

test("project create prints the project and its three keys on one line", async () => {
  const printed = await admin("project create --name Backups --json");
  expect(printed).toMatch(
    /^\{"project":"[0-9a-f-]{36}","api_key":"hcw_\w{28}","readonly_key":"hcr_\w{28}","ping_key":"\w{22}"\}$/,
  );
  expect(await admin("project list")).toContain(JSON.parse(printed).project);
});

test("channel create prints the id, and stores the settings so that only the key opens them", async () => {
  const projectId = await newProject();
  const options = ["--project", projectId, "--name", "Hook", "--set", "url=http://127.0.0.1:9/a=b"];
  const { id } = JSON.parse(await admin("channel create --kind webhook --json", ...options));
  const [row] = await db.select().from(schema.channels).where(eq(schema.channels.id, id));
  expect(row?.settings).not.toContain("127.0.0.1");
  const place = { table: "channels", column: "settings", rowId: id, projectId };
  const settings = unseal(keyringOf([SECRET_KEY]), place, row?.settings ?? "");
  expect(JSON.parse(settings)).toMatchObject({ url: "http://127.0.0.1:9/a=b" });
  expect(await admin("channel list --project", projectId)).toContain("name: Hook");
});

test("after-restore settles a database that was set back, and refuses one that is used", async () => {
  await expect(admin("after-restore")).rejects.toThrow("Overdue has never run on this database");
  const add = (ago: string) =>
    database.pool.query(
      `insert into receivers (id, started_at, checkpoint_at) values (gen_random_uuid(), now(), now() - $1::interval)`,
      [ago],
    );
  await add("1 day");
  expect(await admin("after-restore")).toContain(
    "The time since then counts as an outage. 0 messages waited",
  );
  await add("1 second");
  await expect(admin("after-restore")).rejects.toThrow("Stop it, wait a minute, and try again.");
});

test("channel test queues a delivery", async () => {
  const project = await newProject();
  const options = ["--project", project, "--name", "Hook", "--set", "url=http://127.0.0.1:9/"];
  const { id } = JSON.parse(await admin("channel create --kind webhook --json", ...options));
  const { delivery } = JSON.parse(await admin(`channel test --json --project ${project} --channel ${id}`));
  const [row] = await db.select().from(schema.deliveries).where(eq(schema.deliveries.id, delivery));
  expect(row).toMatchObject({ projectId: project, channelId: id, kind: "test", state: "pending" });
});

test("a key is listed by its prefix until it is revoked", async () => {
  const project = await newProject();
  const { id, key } = JSON.parse(
    await admin(`key create --project ${project} --scope ping --name ci --json`),
  );
  expect(await admin(`key list --project ${project}`)).toContain(key.slice(0, 12));
  await admin(`key revoke --project ${project} --key ${id}`);
  expect(await admin(`key list --project ${project}`)).not.toContain(id);
});

test("a rotated key goes on beside its successor, and a key of old can be brought along", async () => {
  const project = await newProject();
  const brought = "0123456789abcdef0123456789abcdef";
  const { id } = JSON.parse(
    await admin(`key create --project ${project} --scope write --name ci --key ${brought} --json`),
  );
  const again = admin(`key create --project ${project} --scope write --name ci --key ${brought}`);
  await expect(again).rejects.toThrow("--key is in use in this project already.");
  const rotated = JSON.parse(
    await admin(`key rotate --project ${project} --key ${id} --keep-old-hours 2 --json`),
  );
  expect(rotated).toMatchObject({ key: expect.stringMatching(/^hcw_/), "old key": id });
  const keys: { name: string }[] = JSON.parse(await admin(`key list --project ${project} --json`));
  const listed = keys.filter(({ name }) => name === "ci");
  expect(listed).toMatchObject([
    { id, ends: rotated["old ends"], "last used": null },
    { id: rotated.id, ends: null },
  ]);
});

test("keys rotate encrypts all anew with the first key of SECRET_KEY, and says when the former one may go", async () => {
  const projectId = await newProject();
  const options = ["--project", projectId, "--name", "Hook", "--set", "url=http://127.0.0.1:9/"];
  const { id } = JSON.parse(await admin("channel create --kind webhook --json", ...options));
  await expect(admin("keys rotate")).rejects.toThrow("SECRET_KEY holds one key");
  const [next, lines]: [string, string[]] = ["n".repeat(40), []];
  const both = { ...environment, SECRET_KEY: `${next},${SECRET_KEY}` };
  const say = (line: string) => lines.push(line);
  const printed = await runAdmin(["keys", "rotate", "--json"], both, say);
  expect(JSON.parse(printed)).toMatchObject({ "with another key": "nothing" });
  expect(lines.at(-1)).toMatch(/^\d+ encrypted anew\.$/);
  const [row] = await db.select().from(schema.channels).where(eq(schema.channels.id, id));
  const place = { table: "channels", column: "settings", rowId: id, projectId };
  expect(unseal(keyringOf([next]), place, row?.settings ?? "")).toContain("127.0.0.1:9");
  const shown: { state: string; values: string }[] = JSON.parse(await admin("keys show --json"));
  expect(shown).toMatchObject([
    { state: "encrypts and decrypts", values: "nothing" },
    { state: "not in SECRET_KEY", values: expect.stringMatching(/^\d+ channels?$/) },
  ]);
  await runAdmin(["keys", "rotate"], { ...environment, SECRET_KEY: `${SECRET_KEY},${next}` });
});

test("what a command changes stands in the project's audit log, and what it refuses does not", async () => {
  const project = await newProject();
  const key = JSON.parse(await admin(`key create --project ${project} --scope ping --name ci --json`));
  const weak = admin(`key create --project ${project} --scope ping --name ci --key ${"a".repeat(32)}`);
  await expect(weak).rejects.toThrow("too easy to guess");
  await admin(`key revoke --project ${project} --key ${key.id}`);
  const entries = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, project))
    .orderBy(schema.auditEntries.id);
  expect(entries.map(({ action, objectId }) => [action, objectId])).toEqual([
    ["project.create", project],
    ["key.create", key.id],
    ["key.delete", key.id],
  ]);
  expect(entries[1]).toMatchObject({
    actorKind: "operator",
    actorName: "a command of the operator",
    objectName: "ci",
    fields: ["name", "scope"],
    changes: { name: { before: null, after: "ci" }, scope: { before: null, after: "ping" } },
  });
  expect(JSON.stringify(entries)).not.toContain(key.key);
});

test("what a project keeps is changed in part, and stands in the audit log", async () => {
  const project = await newProject();
  const printed = await admin(`project retention --project ${project} --pings 100 --json`);
  expect(JSON.parse(printed)).toEqual({ project, pings: "100", "ping days": "90", "run days": "400" });
  await admin(`project retention --project ${project} --ping-days 7 --run-days 90`);
  const [row] = await db.select().from(schema.projects).where(eq(schema.projects.id, project));
  expect(row).toMatchObject({ keptPings: 100, keptPingDays: 7, keptRunDays: 90 });
  const entries = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, project));
  expect(entries.at(-1)).toMatchObject({
    action: "project.retention",
    fields: ["ping-days", "run-days"],
    changes: { "ping-days": { before: "90", after: "7" }, "run-days": { before: "400", after: "90" } },
  });
});

test("a made account becomes a member of a project", async () => {
  const project = await newProject();
  const { user, password } = JSON.parse(await admin("user create --email Ann@example.org --json"));
  expect(password).toHaveLength(16);
  await admin(`member add --project ${project} --email ann@example.org --role editor`);
  const rows = await db.select().from(schema.members).where(eq(schema.members.userId, user));
  expect(rows).toMatchObject([{ projectId: project, role: "editor" }]);
});

test("a made account becomes a member of an organization, which stands in the log of each of its projects", async () => {
  const project = await newProject();
  const listed: { id: string; organization: string }[] = JSON.parse(await admin("project list --json"));
  const organization = listed.find(({ id }) => id === project)?.organization ?? "";
  const { user } = JSON.parse(await admin("user create --email Kim@example.org --json"));
  await admin(`member add --organization ${organization} --email kim@example.org --role admin`);
  expect(await findRole(db, { projectId: project, userId: user })).toBe("admin");
  const entries = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, project));
  expect(entries.at(-1)).toMatchObject({ action: "member.replace", objectName: "kim@example.org" });
  await expect(admin("member add --email kim@example.org --role admin")).rejects.toThrow(
    "Give either --project or --organization.",
  );
});

test("a reset by command gives another password, ends every session and stands in the audit log", async () => {
  const project = await newProject();
  const made = JSON.parse(await admin("user create --email Eve@example.org --json"));
  await admin(`member add --project ${project} --email eve@example.org --role editor`);
  const session = { id: "s", token: "t", userId: made.user, expiresAt: new Date(Date.now() + 60_000) };
  await db.insert(schema.sessions).values(session);
  const reset = JSON.parse(await admin("user reset --email eve@example.org --json"));
  expect(reset.password).toHaveLength(16);
  expect(reset.password).not.toBe(made.password);
  expect(await db.select().from(schema.sessions).where(eq(schema.sessions.userId, made.user))).toEqual([]);
  const entries = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, project));
  expect(entries.map(({ action }) => action)).toEqual([
    "project.create",
    "member.replace",
    "account.reset-password-by-command",
  ]);
});

describe("a mistake is answered with one sentence", () => {
  test.each([
    ["project rename", 'There is no command "project rename"; "npm run admin -- help" lists all.'],
    ["project create", "--name is missing."],
    ["project create --nam X", `Unknown option '--nam'; "npm run admin -- help" lists all options.`],
    ["channel list --project nightly", "--project must be an id, as the lists show them."],
    [
      `project retention --project ${NOBODY} --run-days 89`,
      "--run-days must be a whole number from 90 to 1,100.",
    ],
    [`channel list --project ${NOBODY}`, `There is no project ${NOBODY}; "project list" shows all.`],
    [
      `key create --project ${NOBODY} --scope all --name x`,
      "--scope must be read, read:bodies, write, ping or overview.",
    ],
    ["user create --email new@example.org --password short", "--password: Use at least 12 characters."],
    ["user create --email new@example.org --password password1234", "--password: This password is among"],
    ["user reset --email nobody@example.org", "nobody@example.org has no account"],
    ["user create --email ann", "--email must be an e-mail address."],
  ])("%s", async (command, sentence) => {
    await expect(admin(command)).rejects.toThrow(sentence);
  });

  test.each([
    ["--kind pager", "--kind must be one of email, telegram, slack, webhook, discord"],
    ["--kind webhook", "--set url: "],
    ["--kind webhook --set http://example.org", "--set needs key=value"],
    ["--kind email --set colour=red", "--set "],
  ])("channel create %s", async (options, sentence) => {
    const command = `channel create --project ${await newProject()} --name x ${options}`;
    await expect(admin(command)).rejects.toThrow(sentence);
  });
});

test("help names every command", async () => {
  const text = await admin("help");
  expect(text).toContain("channel create --project … --kind … --name … [--set …]");
  expect(text).toContain("project create --name …");
});

test("it works beside a running embedded product, and after it stopped", async () => {
  const dataDir = dataDirectory();
  const environment = { DATA_DIR: dataDir };
  const product = start(dataDir);
  await urlOf(product);
  await runAdmin(["project", "create", "--name", "Beside"], environment);
  product.process.kill("SIGTERM");
  await product.exit;
  await runAdmin(["project", "create", "--name", "After"], environment);
  expect(await runAdmin(["project", "list"], environment)).toMatch(/name: Beside .*\n.*name: After /);
});

test("an account gets another address by a command, which ends its sessions and is refused for a taken one", async () => {
  const { user } = JSON.parse(await admin("user create --email lost@example.org --json"));
  await admin("user create --email taken@example.org");
  await expect(admin("user change-email --email lost@example.org --to taken@example.org")).rejects.toThrow(
    "has an account already",
  );
  const session = { id: "s1", token: "t1", userId: user, expiresAt: new Date(Date.now() + 60_000) };
  await db.insert(schema.sessions).values(session);
  await admin("user change-email --email lost@example.org --to Found@example.org");
  const [row] = await db.select().from(schema.users).where(eq(schema.users.id, user));
  expect(row).toMatchObject({ email: "found@example.org", emailVerified: true });
  expect(await db.$count(schema.sessions, eq(schema.sessions.userId, user))).toBe(0);
});

test("organization plan gives one of the plans, says which there are, and writes it to the audit log", async () => {
  const project = await newProject();
  const [row] = await db.select().from(schema.projects).where(eq(schema.projects.id, project));
  const organization = row?.organizationId ?? "";
  const give = (plan: string) =>
    admin("organization plan --json --organization", organization, "--plan", plan);
  await expect(give("team")).rejects.toThrow("There are no plans: name a file of them in PLANS");
  await database.pool.query(
    "insert into plans (name, title, is_default, channels, way_out) values ('free', 'Free', true, null, ''), ('team', 'Team', false, 1, 'ask')",
    [],
  );
  await expect(give("gold")).rejects.toThrow("--plan must be one of free, team.");
  await give("team");
  expect(await admin("organization list")).toContain(`id: ${organization}  name: Nightly  plan: team`);
  const channel = ["--project", project, "--name", "Hook", "--set", "url=http://127.0.0.1:9/"];
  await admin("channel create --kind webhook", ...channel);
  await expect(admin("channel create --kind webhook", ...channel)).rejects.toThrow("allows 1 channel");
  const entries = await db
    .select()
    .from(schema.auditEntries)
    .where(eq(schema.auditEntries.projectId, project));
  expect(entries).toContainEqual(
    expect.objectContaining({
      action: "organization.plan",
      changes: { plan: { before: "free", after: "team" } },
    }),
  );
  await database.pool.query("delete from plans", []);
});
