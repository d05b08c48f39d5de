import { createProject, keyringOf, openDb, readState } from "@overdue/db";
import { expect, test } from "vitest";
import { parse } from "yaml";

import { keyHolder, testApi } from "../../../api/test/test-api.ts";
import { runAdmin } from "./admin.ts";

const api = await testApi();
const SECRET_KEY = "k".repeat(32);

const FILE = {
  version: 1,
  channels: [
    {
      name: "hook",
      kind: "webhook",
      settings: { url: "https://example.org/hook", secret: `whsec_${"a".repeat(44)}` },
    },
    { name: "ops", kind: "email", settings: { to: "ops@example.org" } },
  ],
  checks: [
    {
      slug: "backup",
      name: "Nightly backup",
      tags: ["db", "prod"],
      severity: "critical",
      schedule: { kind: "cron", expression: "30 2 * * *", timezone: "Europe/Berlin" },
      graceSeconds: 1_800,
      maxRuntimeSeconds: 7_200,
      tolerance: { kind: "in-a-row", bad: 2, tolerateMissed: true },
      failureKeywords: "ERROR",
      filterHttpBody: true,
      channels: ["hook", "ops"],
    },
    {
      slug: "sync",
      schedule: { kind: "interval", everySeconds: 300 },
      channels: [],
      dependsOn: ["backup", "host"],
    },
    { slug: "host", schedule: { kind: "interval", everySeconds: 60 }, channels: [] },
  ],
  routes: [
    {
      name: "second by name, first in order",
      match: { severities: ["critical"], checks: ["backup"] },
      steps: [
        { afterMinutes: 0, targets: [{ channel: "ops" }] },
        { afterMinutes: 15, targets: [{ channel: "hook" }] },
      ],
      repeatMinutes: 60,
      hours: {
        timezone: "Europe/Berlin",
        weekdays: [1, 2],
        from: "22:00",
        to: "06:00",
        outside: { kind: "instead", targets: [{ channel: "hook" }] },
      },
      recovery: false,
    },
    { name: "all", steps: [{ afterMinutes: 0, targets: [{ channel: "hook" }] }] },
  ],
};

test("what is exported makes an empty project the same, whose export is the same", async () => {
  const [one, other] = [await newProject(), await newProject()];
  await apply(one, FILE);
  const exported = await exportOf(one, "yes");
  expect(parse(exported)).toMatchObject({
    version: 1,
    channels: [{ name: "hook" }, { name: "ops" }],
    checks: [{ slug: "backup" }, { slug: "sync", dependsOn: ["backup", "host"] }, { slug: "host" }],
    routes: FILE.routes,
  });
  await apply(other, parse(exported));
  expect(await exportOf(other, "yes")).toBe(exported);
  expect(await stateOf(other)).toEqual(await stateOf(one));
});

test("without secrets a file holds none, and changes nothing where it came from", async () => {
  const project = await newProject();
  await apply(project, FILE);
  const exported = await exportOf(project, "no");
  expect(exported).not.toMatch(/whsec_|example\.org/);
  expect(await apply(project, parse(exported))).toMatchObject({ steps: [] });
});

test("a route that names a check without a slug is left out, and said so", async () => {
  const project = await newProject();
  await apply(project, FILE);
  const { as } = await keyHolder(api, project, "write");
  const list = async (of: string) =>
    (await (await as("GET", `/v1/projects/${project}/${of}`)).json()) as { items: { id: string }[] };
  const [channel] = (await list("channels")).items;
  const check = await as("POST", `/v1/projects/${project}/checks`, {
    schedule: { kind: "interval", everySeconds: 60 },
  });
  const { id } = (await check.json()) as { id: string };
  await as("POST", `/v1/projects/${project}/routes`, {
    name: "by hand",
    match: { checkIds: [id] },
    steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: channel?.id }] }],
  });
  const exported = await exportOf(project, "yes");
  expect(exported).toMatch(/^# left out: route “by hand”/);
  expect(parse(exported)).toMatchObject({ routes: FILE.routes });
});

test("a status page is exported without its password, and changes nothing where it came from", async () => {
  const project = await newProject();
  const page = {
    slug: `jobs-${project.slice(-12)}`,
    name: "Status of our jobs",
    visibility: "password",
    entries: [{ check: "backup", group: "", name: "Nightly" }],
  };
  await apply(project, { ...FILE, statusPages: [{ ...page, password: "for friends alone" }] });
  const exported = await exportOf(project, "yes");
  expect(exported).toContain(`# left out: of status page “${page.slug}”: its password`);
  expect(exported).not.toMatch(/password(?:Hash)?: (?!\n)\S*(?:friends|[0-9a-f]{32})/);
  expect(parse(exported)).toMatchObject({ statusPages: [page] });
  expect(await apply(project, parse(exported))).toMatchObject({ steps: [] });
});

async function newProject(): Promise<string> {
  return (await createProject(api.db, { name: "Exported", ownerId: null })).id;
}

async function apply(projectId: string, file: unknown): Promise<unknown> {
  const writer = await keyHolder(api, projectId, "write");
  const response = await writer.as("PUT", `/v1/projects/${projectId}/config`, file);
  const answer = await response.json();
  expect({ status: response.status, answer }).toMatchObject({ status: 200 });
  return answer;
}

function exportOf(project: string, secrets: string): Promise<string> {
  const environment = { DATABASE_URL: api.database.url, SECRET_KEY };
  return runAdmin(["export", "--project", project, "--secrets", secrets], environment);
}

async function stateOf(projectId: string) {
  const { channels, checks, routes } = await readState(
    openDb(api.database.pool),
    keyringOf([SECRET_KEY]),
    projectId,
  );
  return {
    channels: channels.map((channel) => ({ ...channel, id: "" })),
    checks: checks.map((check) => ({ ...check, dependsOn: check.dependsOn?.toSorted(), id: "" })),
    routes: routes.map((route) => ({ ...route, id: "" })),
  };
}
