import { expect, test } from "vitest";

import { type Current, planConfig, type Wanted } from "./plan.ts";

const mail = { name: "ops", kind: "email", settings: { to: "a@example.org" } };
const hook = { name: "hook", kind: "webhook", settings: { url: "https://example.org" } };
const fields = { name: "Backup", schedule: { kind: "interval", everySeconds: 60 } };
const backup = { slug: "backup", fields, channels: ["ops"] };
const owned = { isOwned: true };
const foreign = { isOwned: false };

const cases: [string, Current, Wanted, string[]][] = [
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
];

test.each(cases)("%s", (_, current, wanted, lines) => {
  const { steps, problems } = planConfig(current, wanted);
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
])("%s is refused, with its path", (_, current, wanted, path) => {
  const { steps, problems } = planConfig(
    { channels: [], checks: [], ...current },
    { channels: [], checks: [], ...wanted },
  );
  expect(steps).toEqual([]);
  expect(problems.map((problem) => problem.path)).toEqual([path]);
});
