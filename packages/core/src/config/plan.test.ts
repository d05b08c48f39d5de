import { expect, test } from "vitest";

import { type Current, planConfig, type Wanted } from "./plan.ts";

const atOnce = { collectMinutes: 0, groups: null };
const mail = { name: "ops", kind: "email", settings: { to: "a@example.org" }, ...atOnce };
const hook = { name: "hook", kind: "webhook", settings: { url: "https://example.org" }, ...atOnce };
const fields = { name: "Backup", schedule: { kind: "interval", everySeconds: 60 } };
const backup = { slug: "backup", fields, channels: ["ops"], dependsOn: null };
const nothing = { channels: [], checks: [], routes: [], people: [], rotations: [], statusPages: [] };
const toOps = {
  name: "all",
  match: { tags: [], reasons: [], severities: [], checks: [] },
  notifyOn: { changes: true, failures: false, runs: false, notices: false },
  steps: [{ afterMinutes: 0, targets: [{ channel: "ops" }], ifUnacknowledged: true }],
  repeatMinutes: null,
  hours: null,
  recovery: true,
};
const ofBackup = { ...toOps, name: "backup", match: { ...toOps.match, checks: ["backup"] } };
const depending = (slug: string, ...dependsOn: string[]) => ({ slug, fields, channels: [], dependsOn });
const late = { afterMinutes: 5, ifUnacknowledged: true };
const byDay = { timezone: "UTC", weekdays: [1], from: "08:00", to: "18:00" };
const outside = { kind: "instead" as const, targets: [{ onCall: "Primary" }] };
const owned = { isOwned: true };
const page = {
  slug: "jobs",
  name: "Status of our jobs",
  description: "",
  host: null,
  visibility: "public" as const,
  theme: "auto" as const,
  timezone: "Europe/Berlin",
  showsIncidents: true,
  entries: [{ check: "backup", group: "", name: "Backup" }],
};
const wantedPage = { ...page, hasNewPassword: false };
const knownPage = { ...page, passwordHash: null, id: "9" };
const behindPassword = { visibility: "password" as const };
const foreign = { isOwned: false };

const cases: [string, Partial<Current>, Partial<Wanted>, string[]][] = [
  ["nothing to do for nothing", { channels: [], checks: [] }, { channels: [], checks: [] }, []],
  [
    "an empty project gets all, channels first",
    { channels: [], checks: [] },
    { channels: [mail], checks: [backup] },
    ["create channel ops", "create check backup"],
  ],
  [
    "what is as wanted is left alone, whatever order its keys stand in",
    {
      channels: [{ ...mail, ...owned, id: "1" }],
      checks: [
        {
          ...backup,
          ...owned,
          id: "2",
          fields: { schedule: { everySeconds: 60, kind: "interval" }, name: "Backup", other: 1 },
        },
      ],
    },
    { channels: [mail], checks: [backup] },
    [],
  ],
  [
    "what a person made becomes the file's own",
    { channels: [{ ...mail, ...foreign, id: "1" }], checks: [{ ...backup, ...foreign, id: "2" }] },
    { channels: [mail], checks: [backup] },
    ["update channel ops: managedBy", "update check backup: managedBy"],
  ],
  [
    "only what differs is named",
    {
      channels: [
        { ...mail, ...owned, id: "1" },
        { ...hook, ...owned, id: "3" },
      ],
      checks: [{ ...backup, ...owned, id: "2" }],
    },
    {
      channels: [{ ...mail, settings: { to: "b@example.org" } }, hook],
      checks: [{ ...backup, fields: { ...fields, name: "New" }, channels: ["hook", "ops"] }],
    },
    ["update channel ops: settings", "update check backup: name, channels"],
  ],
  [
    "without channels a check keeps those it has",
    { channels: [], checks: [{ ...backup, ...owned, id: "2" }] },
    { channels: [], checks: [{ ...backup, channels: null }] },
    [],
  ],
  [
    "what was the file's own and is named no more goes, checks first; what was not stays",
    {
      channels: [
        { ...mail, ...owned, id: "1" },
        { ...hook, ...foreign, id: "3" },
      ],
      checks: [
        { ...backup, ...owned, id: "2" },
        { ...backup, ...foreign, slug: "by-hand", id: "4" },
      ],
    },
    { channels: [], checks: [] },
    ["delete check backup", "delete channel ops"],
  ],
  [
    "routes come after the checks they name, in the file's order",
    { channels: [], routes: [] },
    { channels: [mail], checks: [backup], routes: [ofBackup, toOps] },
    ["create channel ops", "create check backup", "create route backup", "create route all"],
  ],
  [
    "routes in another order are moved; one that differs says in what; one of a person moves behind",
    {
      channels: [{ ...mail, ...owned, id: "1" }],
      routes: [
        { ...toOps, ...foreign, name: "by hand", id: "2" },
        { ...toOps, ...owned, id: "3" },
        { ...toOps, ...owned, name: "nights", id: "4" },
        { ...toOps, ...owned, name: "old", id: "5" },
      ],
    },
    { channels: [mail], routes: [toOps, { ...toOps, name: "nights", repeatMinutes: 30 }] },
    ["update route all: position", "update route nights: repeatMinutes, position", "delete route old"],
  ],
  [
    "routes that are as wanted are left alone, those of people behind them too",
    {
      channels: [{ ...mail, ...owned, id: "1" }],
      routes: [
        { ...toOps, ...owned, id: "3" },
        { ...toOps, ...foreign, name: "by hand", id: "2" },
      ],
    },
    { channels: [mail], routes: [toOps] },
    [],
  ],
  [
    "dependencies are compared in any order, and kept where the file is silent",
    {
      checks: [
        { ...depending("a", "c", "b"), ...owned, id: "1" },
        { ...depending("b"), ...owned, id: "2" },
        { ...depending("c", "b"), ...owned, id: "3" },
      ],
    },
    {
      checks: [
        depending("a", "b", "c"),
        depending("b"),
        { ...depending("c"), dependsOn: null },
        depending("d", "a"),
      ],
    },
    ["create check d"],
  ],
  [
    "a status page comes after its checks, and goes before them",
    {
      checks: [{ ...depending("old"), ...owned, id: "1" }],
      statusPages: [{ ...knownPage, ...owned, slug: "gone" }],
    },
    { checks: [depending("backup")], statusPages: [wantedPage] },
    ["create check backup", "create status-page jobs", "delete status-page gone", "delete check old"],
  ],
  [
    "a status page is left alone where it is as wanted; a zone and a password that are left out stay",
    { checks: [{ ...depending("backup"), ...owned, id: "1" }], statusPages: [{ ...knownPage, ...owned }] },
    { checks: [depending("backup")], statusPages: [{ ...wantedPage, timezone: undefined }] },
    [],
  ],
  [
    "of a status page only what differs is named, its password among it",
    { checks: [{ ...depending("backup"), ...owned, id: "1" }], statusPages: [{ ...knownPage, ...foreign }] },
    {
      checks: [depending("backup")],
      statusPages: [{ ...wantedPage, ...behindPassword, hasNewPassword: true, entries: [] }],
    },
    ["update status-page jobs: visibility, entries, password, managedBy"],
  ],
  [
    "a dependency may be turned round",
    {
      checks: [
        { ...depending("a", "b"), ...owned, id: "1" },
        { ...depending("b"), ...owned, id: "2" },
      ],
    },
    { checks: [depending("b", "a"), depending("a")] },
    ["update check b: dependsOn", "update check a: dependsOn"],
  ],
];

test.each(cases)("%s", (_, current, wanted, lines) => {
  const { steps, problems } = planConfig({ ...nothing, ...current }, { ...nothing, ...wanted });
  expect(problems).toEqual([]);
  expect(
    steps.map(({ act, what, name, changes }) =>
      [`${act} ${what} ${name}`, ...(changes.length > 0 ? [changes.join(", ")] : [])].join(": "),
    ),
  ).toEqual(lines);
});

test.each<[string, Partial<Current>, Partial<Wanted>, string]>([
  ["a slug twice", {}, { checks: [backup, backup], channels: [mail] }, "checks.1.slug"],
  ["a channel's name twice", {}, { channels: [mail, mail] }, "channels.1.name"],
  [
    "a channel that nobody knows",
    {},
    { checks: [{ ...backup, channels: ["ops", "nobody"] }], channels: [mail] },
    "checks.0.channels.1",
  ],
  [
    "a channel that this very file lets go",
    { channels: [{ ...mail, ...owned, id: "1" }] },
    { checks: [backup] },
    "checks.0.channels.0",
  ],
  [
    "a channel of another kind",
    { channels: [{ ...mail, ...foreign, id: "1" }] },
    { channels: [{ ...hook, name: "ops" }] },
    "channels.0.kind",
  ],
  [
    "a slug that two checks have",
    {
      checks: [
        { ...backup, ...foreign, id: "1" },
        { ...backup, ...foreign, id: "2" },
      ],
      channels: [{ ...mail, ...foreign, id: "3" }],
    },
    { checks: [backup] },
    "checks.0.slug",
  ],
  ["a route's name twice", {}, { channels: [mail], routes: [toOps, toOps] }, "routes.1.name"],
  ["a route to a channel that nobody knows", {}, { routes: [toOps] }, "routes.0.steps.0.targets.0.channel"],
  [
    "a route for a check that nobody knows",
    {},
    { channels: [mail], routes: [ofBackup] },
    "routes.0.match.checks.0",
  ],
  [
    "a person whose name two have",
    {
      people: [
        { id: "1", name: "Ann" },
        { id: "2", name: "Ann" },
      ],
    },
    { routes: [{ ...toOps, steps: [{ ...late, targets: [{ person: "Ann" }] }] }] },
    "routes.0.steps.0.targets.0.person",
  ],
  [
    "others outside of the hours that nobody knows",
    {},
    { channels: [mail], routes: [{ ...toOps, hours: { ...byDay, outside } }] },
    "routes.0.hours.outside.targets.0.onCall",
  ],
  [
    "a dependency that nobody knows",
    {},
    { checks: [depending("a", "a2"), depending("b")] },
    "checks.0.dependsOn.0",
  ],
  [
    "a status page twice",
    {},
    { checks: [depending("backup")], statusPages: [wantedPage, wantedPage] },
    "statusPages.1.slug",
  ],
  [
    "a status page with a check that nobody knows",
    {},
    { statusPages: [wantedPage] },
    "statusPages.0.entries.0.check",
  ],
  [
    "a status page that asks for a password and has none",
    { statusPages: [{ ...knownPage, ...owned, entries: [] }] },
    { statusPages: [{ ...wantedPage, ...behindPassword, entries: [] }] },
    "statusPages.0.password",
  ],
  ["a check that depends on itself", {}, { checks: [depending("a", "a")] }, "checks.0.dependsOn.0"],
  [
    "a circle",
    {},
    { checks: [depending("z"), depending("a", "z", "b"), depending("b", "c"), depending("c", "a")] },
    "checks.1.dependsOn.1",
  ],
  [
    "a circle by way of a check that a person made",
    { checks: [{ ...depending("by-hand", "a"), ...foreign, id: "1" }] },
    { checks: [depending("a", "by-hand")] },
    "checks.0.dependsOn.0",
  ],
])("%s is refused, with its path", (_, current, wanted, path) => {
  const { steps, problems } = planConfig({ ...nothing, ...current }, { ...nothing, ...wanted });
  expect(steps).toEqual([]);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
});
