import { describe, expect, test } from "vitest";

import type { MaintenanceWindow } from "../maintenance/window.ts";
import { PageHost, PageSlug, StatusPagePatch } from "./page-input.ts";
import { type EntryRecord, type PostRecord, publicPage, type StatusPageRecord } from "./public-page.ts";
import { combinedState, entryState, type PublicState, shareMet } from "./state.ts";

const NOW = Date.parse("2026-11-20T12:00:00Z");
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const DAYS = ["2026-11-18", "2026-11-19", "2026-11-20"];
const AT = { now: NOW, days: DAYS };

const during: MaintenanceWindow = {
  rule: { kind: "once", from: NOW - HOUR, until: NOW + HOUR },
  stoppedAt: null,
};

const check = (over: Partial<EntryRecord> = {}): EntryRecord => ({
  id: "e1",
  group: "",
  name: "Backups",
  status: "up",
  expectedAt: NOW + HOUR,
  jitterSeconds: 0,
  maintenance: [],
  days: [],
  incidents: [],
  ...over,
});

const post = (over: Partial<PostRecord> = {}): PostRecord => ({
  id: "p1",
  title: "Backups are slow",
  incidentId: null,
  entryIds: ["e1"],
  updates: [{ id: "u1", at: NOW - HOUR, editedAt: null, state: "investigating", text: "We are looking." }],
  ...over,
});

const page = (over: Partial<StatusPageRecord> = {}): StatusPageRecord => ({
  showsIncidents: true,
  entries: [check()],
  posts: [],
  ...over,
});

describe("a check is, for visitors", () => {
  const states: [string, Partial<EntryRecord>, boolean, PublicState][] = [
    ["operational while it is up", {}, false, "operational"],
    ["down while it is down", { status: "down", expectedAt: null }, false, "down"],
    ["degraded while its ping is late", { expectedAt: NOW - MINUTE }, false, "degraded"],
    ["operational within its jitter", { expectedAt: NOW - MINUTE, jitterSeconds: 120 }, false, "operational"],
    ["degraded while an update says so", {}, true, "degraded"],
    ["down, and not degraded, while an update says so", { status: "down" }, true, "down"],
    ["in maintenance, whatever else it is", { status: "down", maintenance: [during] }, true, "maintenance"],
    ["unknown while it is paused", { status: "paused", expectedAt: null }, false, "unknown"],
    ["unknown before its first ping", { status: "new", expectedAt: null }, false, "unknown"],
  ];
  test.each(states)("%s", (_, over, isAffected, expected) =>
    expect(entryState(check(over), { now: NOW, isAffected })).toBe(expected),
  );
});

describe("several checks together are", () => {
  const sums: [PublicState[], PublicState][] = [
    [[], "unknown"],
    [["unknown"], "unknown"],
    [["operational", "unknown"], "operational"],
    [["operational", "maintenance"], "maintenance"],
    [["operational", "degraded", "maintenance"], "degraded"],
    [["operational", "down"], "degraded"],
    [["down", "maintenance"], "degraded"],
    [["down", "down", "unknown"], "down"],
  ];
  test.each(sums)("%j → %s", (states, expected) => expect(combinedState(states)).toBe(expected));
});

describe("uptime", () => {
  const none = { onTime: 0, late: 0, failed: 0, missed: 0 };

  test("is the share of slots that were met, late ones among them", () => {
    expect(
      shareMet([
        { ...none, onTime: 8, late: 1 },
        { ...none, failed: 1 },
      ]),
    ).toBe(0.9);
  });

  test("is not known where nothing was due", () => expect(shareMet([none])).toBe(null));

  test("leaves out excluded slots, and counts those of the days shown alone", () => {
    const sums = { onTime: 3, late: 0, failed: 0, missed: 1, overlong: 0, excluded: 5, meanMs: 60_000 };
    const days = [
      { ...sums, day: "2026-08-01" },
      { ...sums, day: "2026-11-19" },
    ];
    const [entry] = publicPage(page({ entries: [check({ days })] }), AT).groups[0]?.entries ?? [];
    expect(entry?.uptime).toBe(0.75);
    expect(entry?.marks.map((mark) => mark?.kind ?? null)).toEqual([null, "missed", null]);
  });
});

test("every mark of a strip has the same height, so that nobody learns how long a job takes", () => {
  const day = { onTime: 1, late: 0, failed: 0, missed: 0, overlong: 0, excluded: 0 };
  const days = [
    { ...day, day: "2026-11-18", meanMs: 1_000 },
    { ...day, day: "2026-11-19", meanMs: 900_000 },
  ];
  const { groups } = publicPage(page({ entries: [check({ days })] }), AT);
  expect(new Set(groups[0]?.entries[0]?.marks.map((mark) => mark?.level))).toEqual(new Set([6, undefined]));
});

test("groups stand in the order of their first entries, each with the state of its own", () => {
  const entries = [
    check({ id: "e1", group: "Backups" }),
    check({ id: "e2", group: "Shop", status: "down", incidents: [incident(NOW - HOUR)] }),
    check({ id: "e3", group: "Backups" }),
  ];
  const { state, groups } = publicPage(page({ entries }), AT);
  expect(state).toBe("degraded");
  expect(groups.map((group) => [group.name, group.state, group.entries.map(({ id }) => id)])).toEqual([
    ["Backups", "operational", ["e1", "e3"]],
    ["Shop", "down", ["e2"]],
  ]);
  expect(groups[1]?.entries[0]?.since).toBe(NOW - HOUR);
});

const incident = (openedAt: number, resolvedAt: number | null = null, id = "i1") => ({
  id,
  openedAt,
  resolvedAt,
});
const titles = (over: Partial<StatusPageRecord>) => {
  const { open, past } = publicPage(page(over), AT);
  return { open: open.map(({ title }) => title), past: past.map(({ title }) => title) };
};

describe("an incident of a check", () => {
  const entries = [check({ incidents: [incident(NOW - HOUR), incident(NOW - DAY, NOW - DAY + HOUR, "i0")] })];

  test("is shown by its public name, without its reason or its id", () => {
    expect(titles({ entries })).toEqual({ open: ["Backups is down"], past: ["Backups was down"] });
    expect(JSON.stringify(publicPage(page({ entries }), AT))).not.toContain('"i1"');
  });

  test("is not shown where the page shows what was written alone", () =>
    expect(titles({ entries, showsIncidents: false })).toEqual({ open: [], past: [] }));

  test("is not shown beside the post that names it", () => {
    const posts = [post({ incidentId: "i1", entryIds: [] })];
    expect(titles({ entries, posts })).toEqual({ open: ["Backups are slow"], past: ["Backups was down"] });
  });

  test("is not shown beside a post on the same check while it was open", () =>
    expect(titles({ entries, posts: [post()] }).open).toEqual(["Backups are slow"]));

  test("is shown beside a post on another check", () =>
    expect(titles({ entries, posts: [post({ entryIds: ["e9"] })] }).open).toHaveLength(2));

  test("is not shown beyond 14 days", () =>
    expect(titles({ entries: [check({ incidents: [incident(NOW - 20 * DAY, NOW - 15 * DAY)] })] })).toEqual({
      open: [],
      past: [],
    }));
});

describe("what the operator wrote", () => {
  test("goes on until an update resolves it", () => {
    const resolved = post({
      updates: [
        { id: "u2", at: NOW - MINUTE, editedAt: null, state: "resolved", text: "Done." },
        { id: "u1", at: NOW - HOUR, editedAt: null, state: "investigating", text: "We are looking." },
      ],
    });
    const { open, past, state } = publicPage(page({ posts: [resolved] }), AT);
    expect(open).toEqual([]);
    expect(past).toMatchObject([{ startedAt: NOW - HOUR, resolvedAt: NOW - MINUTE, affects: ["Backups"] }]);
    expect(state).toBe("operational");
  });

  test("makes the checks that it is about degraded meanwhile", () =>
    expect(publicPage(page({ posts: [post()] }), AT).state).toBe("degraded"));

  test("is an announcement where it reports no problem, and degrades nothing", () => {
    const notice = post({
      updates: [{ id: "u1", at: NOW - HOUR, editedAt: null, state: "notice", text: "We move." }],
    });
    const { state, past } = publicPage(page({ posts: [notice] }), AT);
    expect(state).toBe("operational");
    expect(past).toMatchObject([{ kind: "announcement" }]);
  });
});

test("maintenance of several checks is listed once, now and a week ahead", () => {
  const soon: MaintenanceWindow = {
    rule: { kind: "once", from: NOW + DAY, until: NOW + DAY + HOUR },
    stoppedAt: null,
  };
  const later: MaintenanceWindow = {
    rule: { kind: "once", from: NOW + 8 * DAY, until: NOW + 9 * DAY },
    stoppedAt: null,
  };
  const entries = [
    check({ maintenance: [during, later] }),
    check({ id: "e2", name: "Shop", maintenance: [during, soon] }),
  ];
  const { maintenance, state } = publicPage(page({ entries }), AT);
  expect(state).toBe("maintenance");
  expect(maintenance).toEqual([
    { from: NOW - HOUR, until: NOW + HOUR, isActive: true, affects: ["Backups", "Shop"] },
    { from: NOW + DAY, until: NOW + DAY + HOUR, isActive: false, affects: ["Shop"] },
  ]);
});

describe("what a person types", () => {
  test.each([
    ["jobs", true],
    ["Our-Jobs", true],
    ["a", false],
    ["-jobs", false],
    ["our jobs", false],
    ["confirm", false],
    ["jöbs", false],
  ])("address %j is taken: %s", (slug, ok) => expect(PageSlug.safeParse(slug).success).toBe(ok));

  test.each([
    ["Status.Example.org", "status.example.org"],
    ["status.münchen.example", "status.xn--mnchen-3ya.example"],
    ["https://status.example.org", null],
    ["status.example.org:8443", null],
    ["localhost", null],
    ["app.localhost", null],
    ["10.0.0.1", null],
  ])("host %j becomes %j", (typed, host) => expect(PageHost.safeParse(typed).data ?? null).toBe(host));

  test("a check stands on a page once", () => {
    const entry = { checkId: "01900000-0000-7000-8000-000000000000", name: "x" };
    const { error } = StatusPagePatch.safeParse({ entries: [entry, entry] });
    expect(error?.issues[0]?.message).toBe("A check can be on a page only once.");
  });
});
