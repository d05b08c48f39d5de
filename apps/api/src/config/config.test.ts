import { confirmAddress, schema } from "@overdue/db";
import { and, eq } from "drizzle-orm";
import { expect, test } from "vitest";
import { stringify } from "yaml";

import { keyHolder, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
type Plan = {
  applied: boolean;
  steps: { act: string; what: string; name: string; changes: string[] }[];
  shownOnce: object;
};
type Problem = { status: number; errors: { field: string }[] };
type Check = {
  id: string;
  slug: string;
  name: string;
  managedBy: string | null;
  channelIds: string[];
  dependsOn: string[];
  version: number;
};
type Route = { id: string; name: string; managedBy: string | null };
type Channel = { id: string; name: string; managedBy: string | null; unconfirmedSince: string | null };

const FILE = {
  version: 1,
  channels: [
    { name: "ops", kind: "email", settings: { to: "ops@example.org" } },
    { name: "hook", kind: "webhook", settings: { url: "https://example.org/hook" } },
  ],
  checks: [
    {
      slug: "backup",
      name: "Nightly backup",
      tags: ["prod", "db"],
      schedule: { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" },
      graceSeconds: 1_800,
      maxRuntimeSeconds: 7_200,
      channels: ["ops"],
    },
    { slug: "sync", schedule: { kind: "interval", everySeconds: 300 } },
  ],
};
const [opsChannel, hookChannel] = FILE.channels;
const [backup, sync] = FILE.checks;

test("a file makes channels and checks, and the same file again does nothing", async () => {
  const { apply, checks, channels } = await aProject();
  const plan = await read<Plan>(await apply(FILE));
  expect(linesOf(plan)).toEqual([
    "create channel ops",
    "create channel hook",
    "create check backup",
    "create check sync",
  ]);
  expect(plan.shownOnce).toEqual({ hook: { secret: expect.any(String) } });
  const made = await checks();
  expect(made).toMatchObject([
    {
      slug: "backup",
      name: "Nightly backup",
      tags: ["prod", "db"],
      graceSeconds: 1_800,
      managedBy: "config",
    },
    { slug: "sync", graceSeconds: 3_600, managedBy: "config" },
  ]);
  const [ops] = await channels();
  expect(made.map(({ channelIds }) => channelIds.length)).toEqual([1, 2]);
  expect(made[0]?.channelIds).toEqual([ops?.id]);
  const again = await read<Plan>(await apply(FILE));
  expect(again).toEqual({ applied: true, steps: [], shownOnce: {}, warnings: [] });
  expect(await checks()).toEqual(made);
});

test("a schedule that its scheduler reads otherwise than plain cron comes with a warning", async () => {
  const { apply } = await aProject();
  const schedule = { kind: "cron", expression: "0 9 * * 1-5", scheduler: "apscheduler", timezone: "UTC" };
  const file = { version: 1, checks: [{ slug: "mails", schedule }, sync] };
  expect(await read(await apply(file, "?dry_run=true"))).toMatchObject({
    warnings: [{ check: "mails", message: expect.stringContaining("Tuesday to Saturday") }],
  });
});

test("a plan says what would be done, and does nothing", async () => {
  const { apply, checks, as, path } = await aProject();
  const plan = await read<Plan>(await apply(FILE, "?dry_run=true"));
  expect(plan).toMatchObject({ applied: false, shownOnce: {} });
  expect(plan.steps).toHaveLength(4);
  expect(await checks()).toEqual([]);
  const { items } = await read<{ items: { action: string }[] }>(await as("GET", `${path}/audit`));
  expect(items.map(({ action }) => action)).not.toContain("project.config");
});

const PAGE = {
  name: "Status of our jobs",
  description: "Questions: ops@example.org",
  timezone: "Europe/Berlin",
  entries: [{ check: "backup", group: "Backups", name: "Nightly" }],
};
type StatusPage = { id: string; slug: string; name: string; entries: { checkId: string }[] };

test("a file makes status pages, and what it names no more is deleted before its checks", async () => {
  const { apply, checks, as, path } = await aProject();
  const slug = `jobs-${path.slice(-12)}`;
  const pages = async () =>
    (await read<{ items: StatusPage[] }>(await as("GET", `${path}/status-pages`))).items;
  const file = { ...FILE, statusPages: [{ slug, ...PAGE }] };
  expect(linesOf(await read<Plan>(await apply(file)))).toContain(`create status-page ${slug}`);
  const [made] = await pages();
  const [first] = await checks();
  const entries = [{ checkId: first?.id, group: "Backups", name: "Nightly" }];
  expect(made).toMatchObject({ slug, visibility: "public", managedBy: "config", ...PAGE, entries });
  expect(await read<Plan>(await apply(file))).toMatchObject({ steps: [] });
  const renamed = { ...file, statusPages: [{ slug, ...PAGE, name: "Jobs", theme: "dark" }] };
  expect(linesOf(await read<Plan>(await apply(renamed)))).toEqual([
    `update status-page ${slug}: name, theme`,
  ]);
  expect(await pages()).toMatchObject([{ id: made?.id, name: "Jobs" }]);
  expect(linesOf(await read<Plan>(await apply({ version: 1, channels: FILE.channels })))).toEqual([
    `delete status-page ${slug}`,
    "delete check backup",
    "delete check sync",
  ]);
  expect(await pages()).toEqual([]);
});

test("a page's password is set by the file, or stays as it is where the file is silent", async () => {
  const { apply, as, path } = await aProject();
  const slug = `inside-${path.slice(-12)}`;
  const page = { slug, ...PAGE, visibility: "password" };
  const withPage = (more: object) => apply({ ...FILE, statusPages: [{ ...page, ...more }] });
  const refused = await withPage({});
  expect(await read<Problem>(refused)).toMatchObject({
    status: 400,
    errors: [{ field: "statusPages.0.password" }],
  });
  expect((await withPage({ password: "for friends alone" })).status).toBe(200);
  for (const same of [{}, { password: "for friends alone" }])
    expect(await read<Plan>(await withPage(same))).toMatchObject({ steps: [] });
  const plan = await read<Plan>(await withPage({ password: "another password" }));
  expect(linesOf(plan)).toEqual([`update status-page ${slug}: password`]);
  const { items } = await read<{ items: object[] }>(await as("GET", `${path}/status-pages`));
  expect(items).toMatchObject([{ slug, hasPassword: true }]);
});

test.each([
  ["an address that another project's page has", { host: null }, "statusPages.0.slug"],
  ["Overdue's own host", { host: new URL(api.deps.settings.publicUrl).hostname }, "statusPages.0.host"],
])("%s is refused, and nothing is done", async (_, more, field) => {
  const [mine, other] = [await aProject(), await aProject()];
  const statusPages = [{ slug: `taken-${mine.path.slice(-12)}`, ...PAGE, ...more }];
  await other.apply({ ...FILE, statusPages: [{ ...PAGE, slug: statusPages[0]?.slug }] });
  expect(await read<Problem>(await mine.apply({ ...FILE, statusPages }))).toMatchObject({
    status: 400,
    errors: [{ field }],
  });
  expect(await mine.checks()).toEqual([]);
});

test("YAML says the same as JSON", async () => {
  const { applyYaml, checks } = await aProject();
  expect((await applyYaml(stringify(FILE))).status).toBe(200);
  expect((await checks()).map(({ slug }) => slug)).toEqual(["backup", "sync"]);
});

test("only what differs is written; what is left out goes back to its default", async () => {
  const { apply, checks } = await aProject();
  await apply(FILE);
  const [before] = await checks();
  const { maxRuntimeSeconds: _, ...rest } = backup ?? {};
  const plan = await read<Plan>(await apply({ ...FILE, checks: [{ ...rest, name: "Backup" }, sync] }));
  expect(linesOf(plan)).toEqual(["update check backup: name, maxRuntimeSeconds"]);
  const [after] = await checks();
  expect(after).toMatchObject({
    id: before?.id,
    name: "Backup",
    maxRuntimeSeconds: null,
    graceSeconds: 1_800,
  });
});

test("secrets that are left out are kept", async () => {
  const { apply, projectId } = await aProject();
  await apply(FILE);
  const storedChannels = () =>
    api.db.select().from(schema.channels).where(eq(schema.channels.projectId, projectId));
  const before = await storedChannels();
  expect(
    linesOf(
      await read<Plan>(
        await apply({
          ...FILE,
          channels: [
            { name: "ops", kind: "email" },
            { name: "hook", kind: "webhook" },
          ],
        }),
      ),
    ),
  ).toEqual([]);
  expect(await storedChannels()).toEqual(before);
});

test("how a channel groups its messages is set by the file, or stays as it is", async () => {
  const { apply, channels } = await aProject();
  const digest = { ...opsChannel, collectMinutes: 60, groups: false };
  await apply({ ...FILE, channels: [digest, hookChannel] });
  const kept = await read<Plan>(await apply(FILE));
  expect(kept.steps).toEqual([]);
  expect(await channels()).toMatchObject([
    { name: "ops", collectMinutes: 60, groups: false },
    { name: "hook", collectMinutes: 0, groups: null },
  ]);
  const plan = await read<Plan>(
    await apply({ ...FILE, channels: [{ ...opsChannel, collectMinutes: 0, groups: null }, hookChannel] }),
  );
  expect(linesOf(plan)).toEqual(["update channel ops: collectMinutes, groups"]);
  expect(await channels()).toMatchObject([{ collectMinutes: 0, groups: null }, {}]);
});

test("what a file owned and names no more is deleted; what people made stays", async () => {
  const { apply, checks, channels, as, path } = await aProject();
  await apply(FILE);
  const schedule = { kind: "interval", everySeconds: 600 };
  await as("POST", `${path}/checks`, { name: "by hand", slug: "by-hand", schedule });
  const plan = await read<Plan>(await apply({ ...FILE, channels: [opsChannel], checks: [backup] }));
  expect(linesOf(plan)).toEqual(["delete check sync", "delete channel hook"]);
  expect((await checks()).map(({ slug }) => slug)).toEqual(["backup", "by-hand"]);
  expect((await channels()).map(({ name }) => name)).toEqual(["ops"]);
});

test("a check that a person made becomes the file's own when the file names it, and keeps its history", async () => {
  const { apply, checks, as, path } = await aProject();
  const made = await read<Check>(await as("POST", `${path}/checks`, sync));
  expect(made.managedBy).toBeNull();
  const plan = await read<Plan>(await apply({ version: 1, checks: [sync] }));
  expect(linesOf(plan)).toEqual(["update check sync: managedBy"]);
  expect(await checks()).toMatchObject([{ id: made.id, managedBy: "config" }]);
});

test("a file that moves a channel elsewhere has to bring its secrets again", async () => {
  const { apply } = await aProject();
  const gotify = (settings: object) => ({
    version: 1,
    channels: [{ name: "phone", kind: "gotify", settings }],
  });
  await apply(gotify({ server: "https://gotify.example.org", token: "AppTokenA1" }));
  const moved = await apply(gotify({ server: "https://elsewhere.example" }));
  expect(await read<Problem>(moved)).toMatchObject({
    status: 400,
    errors: [{ field: "channels.0.settings.token", message: expect.stringContaining("Give this again") }],
  });
  const whole = await apply(gotify({ server: "https://elsewhere.example", token: "AppTokenB2" }));
  expect(linesOf(await read<Plan>(whole))).toEqual(["update channel phone: settings"]);
});

test.each([
  ["an unknown field", { ...FILE, check: [] }, ""],
  ["another version", { ...FILE, version: 2 }, "version"],
  ["a check without a slug", { ...FILE, checks: [{ schedule: sync?.schedule }] }, "checks.0.slug"],
  ["a check without a schedule", { ...FILE, checks: [{ slug: "x" }] }, "checks.0.schedule"],
  [
    "an impossible schedule",
    {
      ...FILE,
      checks: [sync, { slug: "x", schedule: { kind: "cron", expression: "0 0 30 2 *", timezone: "UTC" } }],
    },
    "checks.1.schedule.expression",
  ],
  [
    "a channel that nobody knows",
    { ...FILE, checks: [{ ...sync, channels: ["pager"] }] },
    "checks.0.channels.0",
  ],
  ["a kind that there is not", { ...FILE, channels: [{ name: "x", kind: "pigeon" }] }, "channels.0.kind"],
  [
    "settings that do not fit",
    { version: 1, channels: [{ name: "x", kind: "email", settings: { to: "nobody" } }] },
    "channels.0.settings.to",
  ],
  [
    "settings that are missing",
    { version: 1, channels: [{ name: "x", kind: "slack" }] },
    "channels.0.settings.url",
  ],
  [
    "a route to a channel that nobody knows",
    { ...FILE, routes: [{ name: "x", steps: [{ afterMinutes: 0, targets: [{ channel: "pager" }] }] }] },
    "routes.0.steps.0.targets.0.channel",
  ],
  [
    "a route to a person that nobody knows",
    { ...FILE, routes: [{ name: "x", steps: [{ afterMinutes: 0, targets: [{ person: "Ann" }] }] }] },
    "routes.0.steps.0.targets.0.person",
  ],
  [
    "a target by its id",
    { ...FILE, routes: [{ name: "x", steps: [{ afterMinutes: 0, targets: [{ channelId: "x" }] }] }] },
    "routes.0.steps.0.targets.0",
  ],
  [
    "a circle",
    {
      ...FILE,
      checks: [
        { ...backup, dependsOn: ["sync"] },
        { ...sync, dependsOn: ["backup"] },
      ],
    },
    "checks.0.dependsOn.0",
  ],
  ["a slug twice", { version: 1, checks: [sync, sync] }, "checks.1.slug"],
  ["a name twice", { version: 1, channels: [opsChannel, hookChannel, opsChannel] }, "channels.2.name"],
])("%s is refused with its path, and nothing is changed", async (_, file, field) => {
  const { apply, checks, channels } = await aProject();
  const problem = await read<Problem>(await apply(file));
  expect(problem.status).toBe(400);
  expect(problem.errors.map((error) => error.field)).toContain(field);
  expect([await checks(), await channels()]).toEqual([[], []]);
});

test("a file that is not YAML is refused with the line", async () => {
  const { applyYaml } = await aProject();
  const problem = await read<{ status: number; detail: string }>(await applyYaml("version: 1\nchecks: [\n"));
  expect(problem).toMatchObject({
    status: 400,
    detail: expect.stringMatching(/^The file is not YAML: .*line 3/),
  });
});

const ROUTED = {
  ...FILE,
  checks: [backup, { ...sync, dependsOn: ["backup"] }],
  routes: [
    {
      name: "nights",
      match: { severities: ["critical"], checks: ["backup"] },
      steps: [
        { afterMinutes: 0, targets: [{ channel: "ops" }] },
        { afterMinutes: 15, targets: [{ person: "Ann" }, { onCall: "Primary" }], ifUnacknowledged: false },
      ],
      repeatMinutes: 60,
      hours: {
        timezone: "Europe/Berlin",
        weekdays: [1, 2],
        from: "22:00",
        to: "06:00",
        outside: { kind: "instead", targets: [{ channel: "hook" }] },
      },
    },
    { name: "rest", steps: [{ afterMinutes: 0, targets: [{ channel: "hook" }] }] },
  ],
};
const [nights, rest] = ROUTED.routes;

test("routes are made in the file's order, by names, before those that people made", async () => {
  const { apply, checks, channels, routes, byHand } = await aRoutedProject();
  const plan = await read<Plan>(await apply(ROUTED));
  expect(linesOf(plan).slice(-2)).toEqual(["create route nights", "create route rest"]);
  const [made, other, last] = await routes();
  const [_mine, ops, hook] = await channels();
  expect([made?.name, other?.name, last?.name]).toEqual(["nights", "rest", "by hand"]);
  expect([made, other, last].map((route) => route?.managedBy)).toEqual(["config", "config", null]);
  expect(made).toMatchObject({
    match: { severities: ["critical"], checkIds: [(await checks())[0]?.id] },
    steps: [
      { targets: [{ kind: "channel", channelId: ops?.id }], ifUnacknowledged: true },
      {
        targets: [
          { kind: "person", personId: byHand.person.id },
          { kind: "on-call", rotationId: byHand.rotation.id },
        ],
        ifUnacknowledged: false,
      },
    ],
    hours: { outside: { targets: [{ kind: "channel", channelId: hook?.id }] } },
  });
  expect(linesOf(await read<Plan>(await apply(ROUTED)))).toEqual([]);
});

test("routes follow the file: edited, moved, deleted; what a person made stays", async () => {
  const { apply, routes } = await aRoutedProject();
  await apply(ROUTED);
  const [before] = await routes();
  const turned = { ...ROUTED, routes: [rest, { ...nights, recovery: false }] };
  expect(linesOf(await read<Plan>(await apply(turned)))).toEqual([
    "update route rest: position",
    "update route nights: recovery, position",
  ]);
  expect(await routes()).toMatchObject([
    { name: "rest" },
    { id: before?.id, name: "nights", recovery: false },
    { name: "by hand" },
  ]);
  expect(linesOf(await read<Plan>(await apply({ ...ROUTED, routes: [rest] })))).toEqual([
    "delete route nights",
  ]);
  expect((await routes()).map(({ name }) => name)).toEqual(["rest", "by hand"]);
});

test("dependencies are by slug, may be turned round, and stay where the file is silent", async () => {
  const { apply, checks } = await aProject();
  const depends = async () => (await checks()).map(({ dependsOn }) => dependsOn);
  await apply({ ...FILE, checks: [{ ...backup, dependsOn: ["sync"] }, sync] });
  const [one, other] = await checks();
  expect(await depends()).toEqual([[other?.id], []]);
  await apply(FILE);
  expect(await depends()).toEqual([[other?.id], []]);
  const turned = {
    ...FILE,
    checks: [
      { ...sync, dependsOn: ["backup"] },
      { ...backup, dependsOn: [] },
    ],
  };
  expect(linesOf(await read<Plan>(await apply(turned)))).toEqual([
    "update check sync: dependsOn",
    "update check backup: dependsOn",
  ]);
  expect(await depends()).toEqual([[], [one?.id]]);
});

test("a circle by way of a check without a slug is refused, and nothing is changed", async () => {
  const { apply, checks, as, path } = await aProject();
  const made = await read<Check>(await as("POST", `${path}/checks`, sync));
  const schedule = { kind: "interval", everySeconds: 600 };
  const nameless = { name: "no slug", schedule, dependsOn: [made.id] };
  const between = await read<Check>(await as("POST", `${path}/checks`, nameless));
  const above = { ...sync, slug: "above", dependsOn: [between.id] };
  await as("POST", `${path}/checks`, above);
  const before = await checks();
  const problem = await read<Problem>(
    await apply({ version: 1, checks: [{ ...sync, dependsOn: ["above"] }] }),
  );
  expect(problem).toMatchObject({ status: 400, errors: [{ field: "checks" }] });
  expect(await checks()).toEqual(before);
});

test("two files at once: one after the other, and every check is made once", async () => {
  const { apply, checks } = await aProject();
  const answers = await Promise.all([apply(FILE), apply(FILE), apply(FILE)]);
  expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
  expect((await checks()).map(({ slug }) => slug)).toEqual(["backup", "sync"]);
});

test("a key that may only read cannot apply a file", async () => {
  const { projectId, path } = await aProject();
  const reader = await keyHolder(api, projectId, "read");
  expect((await reader.as("PUT", `${path}/config`, FILE)).status).toBe(403);
});

test("an address that a file names is asked for its agreement, once and again when it changes", async () => {
  const { apply, channels, projectId } = await aProject();
  const file = (to: string) => ({ version: 1, channels: [{ name: "ops", kind: "email", settings: { to } }] });
  await apply(file("new-here@example.org"));
  const [ops] = await channels();
  expect(ops?.unconfirmedSince).toEqual(expect.any(String));
  await confirmAddress(api.db, { channelId: ops?.id ?? "", address: "new-here@example.org" });
  await apply(file("new-here@example.org"));
  expect(await channels()).toMatchObject([{ unconfirmedSince: null }]);
  await apply(file("elsewhere@example.org"));
  expect(await channels()).toMatchObject([{ unconfirmedSince: expect.any(String) }]);
  const isQuestion = and(eq(schema.deliveries.projectId, projectId), eq(schema.deliveries.kind, "confirm"));
  expect(await api.db.$count(schema.deliveries, isQuestion)).toBe(2);
});

async function aProject() {
  const { as, path, projectId, cookie } = await person(api);
  const list = async <T>(of: string) => (await read<{ items: T[] }>(await as("GET", `${path}/${of}`))).items;
  return {
    as,
    path,
    projectId,
    apply: (file: unknown, query = "") => as("PUT", `${path}/config${query}`, file),
    applyYaml: async (body: string) =>
      await api.app.request(`${path}/config`, {
        method: "PUT",
        body,
        headers: { origin: "http://overdue.test", cookie, "content-type": "application/yaml" },
      }),
    checks: () => list<Check>("checks"),
    channels: () => list<Channel>("channels"),
    routes: () => list<Route>("routes"),
  };
}

/** With a person, a rotation and a route that people made. */
async function aRoutedProject() {
  const project = await aProject();
  const { as, path } = project;
  const make = async (of: string, input: object) =>
    await read<{ id: string }>(await as("POST", `${path}/${of}`, input));
  const mine = await make("channels", { name: "mine", kind: "email", settings: { to: "me@example.org" } });
  const ann = await make("people", { name: "Ann", channelIds: [mine.id] });
  const rotation = await make("rotations", {
    name: "Primary",
    timezone: "UTC",
    every: "week",
    startsOn: "2026-01-05",
    handOverAt: "09:00",
    personIds: [ann.id],
  });
  const targets = [{ kind: "person", personId: ann.id }];
  await make("routes", { name: "by hand", steps: [{ afterMinutes: 0, targets }] });
  return { ...project, byHand: { person: ann, rotation } };
}

function linesOf({ steps }: Plan): string[] {
  return steps.map(({ act, what, name, changes }) =>
    [`${act} ${what} ${name}`, ...(changes.length > 0 ? [changes.join(", ")] : [])].join(": "),
  );
}

test("the audit log shows what a file changed, before and after, with dots in place of secrets", async () => {
  const { apply, as, path } = await aProject();
  await apply(FILE);
  const hook = { ...hookChannel, settings: { url: "https://example.org/hook-with-a-secret" } };
  await apply({
    ...FILE,
    channels: [opsChannel, hook],
    checks: [{ ...backup, graceSeconds: 600, tags: ["prod"] }, sync],
  });
  type Entry = {
    action: string;
    fields: string[];
    changes: Record<string, { before: unknown; after: unknown }>;
  };
  const { items } = await read<{ items: Entry[] }>(await as("GET", `${path}/audit`));
  const changesOf = (action: string, field: string) =>
    items.filter((entry) => entry.action === action).flatMap(({ changes }) => changes[field] ?? []);
  expect(changesOf("check.edit", "graceSeconds")).toEqual([{ before: 1_800, after: 600 }]);
  expect(changesOf("check.edit", "tags")).toEqual([{ before: ["prod", "db"], after: ["prod"] }]);
  expect(changesOf("check.create", "name")).toContainEqual({ before: null, after: "Nightly backup" });
  expect(changesOf("channel.edit", "settings")).toEqual([{ before: "•••", after: "•••" }]);
  expect(changesOf("channel.create", "kind")).toContainEqual({ before: null, after: "webhook" });
  expect(JSON.stringify(items)).not.toContain("hook-with-a-secret");
});
