import { readFileSync, globSync } from "node:fs";

import { RouteInput } from "@overdue/core";
import { aCheck, anArrival, aProject, sceneKeyring, testDatabase } from "@overdue/testkit";
import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { openDb } from "./database.ts";
import * as db from "./index.ts";
import { LensPool } from "../test/lens-pool.ts";

// Every public read and write that names a project gets the ids of one project's rows and the id of another project.

const database = await testDatabase();
const pool = new LensPool(database.pool);
const on = openDb(pool);
afterAll(database.drop);

const PAGE = { limit: 100, after: null };
const NEWEST = { limit: 100, before: null };
const NOW = Date.now();
const BY = { by: "Anna", at: NOW };
const MONTH = { from: NOW - 30 * 86_400_000, until: NOW };
const WEEKLY = { kind: "weekly" as const, weekdays: [1], time: "02:00", minutes: 60, timezone: "UTC" };

const UPDATE = { state: "investigating", text: "x", by: "Anna", at: NOW } as const;

type World = Awaited<ReturnType<typeof aWorld>>;
/** What a function returns for a world; its `projectId` may be another one's than that of the rows. */
type Call = (world: World) => unknown;

const READS: Record<string, Call> = {
  findCheck: (w) => db.findCheck(on, w),
  hasCheck: (w) => db.hasCheck(on, w),
  previewMove: async (w) => {
    const { projectId: toProjectId } = await aProject(pool);
    return await db.previewMove(pool, w, { toProjectId, channelIds: null, at: NOW });
  },
  listOverviews: ({ projectId }) =>
    db.listOverviews({ db: on, pool }, { projectId, ids: null }, { each: 30, checksMax: 100 }),
  loadNewestSlots: async ({ projectId, checkId }) =>
    (await db.loadNewestSlots(pool, { projectId, ids: [checkId] }, 30)).get(checkId) ?? [],
  loadActivity: ({ projectId }) =>
    db.loadActivity(
      { db: on, pool },
      { projectId, after: null, limit: 10 },
      { from: NOW - 86_400_000, until: NOW + 86_400_000, partMs: 3_600_000 },
    ),
  exportRows: ({ projectId }) =>
    db.exportRows(pool, { projectId, kind: "runs", checkId: null, ...MONTH }, 10),
  listDurations: (w) => db.listDurations(pool, w, 10),
  listMetrics: (w) => db.listMetrics(pool, w, 10),
  findIncidentFacts: async (w) => [await db.findIncidentFacts(pool, w)].filter((found) => found !== null),
  findPingFacts: async (w) => [...(await db.findPingFacts(pool, w, [w.factsId])).values()],
  findRunFacts: async (w) => [...(await db.findRunFacts(pool, w, [w.factsId])).values()],
  findRunOutputs: async (w) => {
    const ended = [new Date(NOW - 3_600_000 + 60_000)];
    return [...(await db.findRunOutputs(pool, w, ended)).values()];
  },
  listChecks: ({ projectId, tag }) => db.listChecks(on, { projectId, tags: [tag] }, PAGE),
  listSchedules: ({ projectId }) => db.listSchedules(on, projectId),
  findProjectChecks: ({ projectId, tag }) => db.findProjectChecks(on, projectId, { tags: [tag] }),
  findCheckByUniqueKey: (w) => db.findCheckByUniqueKey(on, w.projectId, db.toUniqueKey(w.pingUuid)),
  findEqualCheck: ({ projectId, name }) => db.findEqualCheck(on, projectId, { name }),
  listFlips: (w) => db.listFlips(on, w, PAGE),
  listFlipsWithin: (w) => db.listFlipsWithin(on, w, { from: null, until: null }),
  listIncidents: (w) => db.listIncidents(on, w, PAGE),
  listNotices: (w) => db.listNotices(on, w, PAGE),
  listRuns: (w) => db.listRuns(on, w, PAGE),
  listSlots: (w) => db.listSlots(on, w, NEWEST),
  countSlotsByDay: (w) => db.countSlotsByDay(pool, w, { from: MONTH.from, timezone: "UTC" }),
  countSlots: async (w) => {
    const [month] = await db.countSlots(pool, w, { now: NOW + 86_400_000, days: [365] });
    return Object.entries(month ?? {}).filter(([name, count]) => name !== "days" && count !== 0);
  },
  listPings: (w) => db.listPings(on, w, NEWEST),
  findPingBody: (w) => db.findPingBody(on, { ...w, number: 2 }),
  listRunsSinceEdit: (w) => db.listRunsSinceEdit(on, w),
  findIncident: (w) => db.findIncident(pool, w),
  findIncidents: ({ projectId, checkId }) =>
    db.findIncidents(pool, { projectId, checkId, openOnly: false }, PAGE),
  findNeighbours: (w) => db.findNeighbours(pool, w),
  findOutput: (w) => db.findOutput(pool, w),
  findStorm: (w) => db.findStorm(pool, w),
  findStorms: ({ projectId }) => db.findStorms(pool, projectId, PAGE),
  loadTimeline: (w) => db.loadTimeline(pool, w, 100),
  findChannel: (w) => db.findChannel(on, w),
  listChannels: ({ projectId }) => db.listChannels(on, projectId, PAGE),
  listChannelNames: ({ projectId }) => db.listChannelNames(on, projectId),
  listDeliveries: ({ projectId, channelId }) => db.listDeliveries(on, { projectId, channelId }, NEWEST),
  findDelivery: (w) => db.findDelivery(on, w),
  listDeadLetters: ({ projectId }) => db.listDeadLetters(on, projectId, NEWEST),
  listQuarantined: ({ projectId }) => db.listQuarantined(on, projectId),
  testsWithinMinute: ({ projectId }) => db.testsWithinMinute(on, projectId),
  findRoute: (w) => db.findRoute(on, w),
  listRoutes: ({ projectId }) => db.listRoutes(on, projectId),
  previewRecipients: (w) => db.previewRecipients(pool, w, { at: NOW, reason: "missed" }),
  findPerson: (w) => db.findPerson(on, w),
  listPeople: ({ projectId }) => db.listPeople(on, projectId),
  findRotation: (w) => db.findRotation(on, w),
  listRotations: ({ projectId }) => db.listRotations(on, projectId),
  findWindow: (w) => db.findWindow(on, w),
  listWindows: ({ projectId }) => db.listWindows(on, projectId, PAGE),
  findCheckIds: ({ projectId, checkId }) => db.findCheckIds(on, projectId, [checkId]).catch(() => []),
  findRole: (w) => db.findRole(on, w),
  findMember: (w) => db.findMember(on, w),
  listMembers: ({ projectId }) => db.listMembers(on, projectId, PAGE),
  listInvitations: ({ projectId }) => db.listInvitations(on, { projectId }, PAGE),
  listKeys: ({ projectId }) => db.listKeys(on, projectId),
  listKeysMadeBy: (w) => db.listKeysMadeBy(on, w),
  checkBroughtKey: async ({ projectId, apiKey }) =>
    (await db.checkBroughtKey(on, projectId, apiKey)) === "ours",
  listAuditEntries: ({ projectId }) => db.listAuditEntries(on, { projectId }, PAGE),
  listRefusedPings: ({ projectId }) => db.listRefusedPings(on, { projectId }, PAGE),
  readReport: async ({ projectId }) => {
    const { checks } = await db.readReport(on, { projectId, span: MONTH, before: MONTH });
    return checks;
  },
  listViews: (w) => db.listViews(on, w),
  findView: (w) => db.findView(on, w),
  readReliability: ({ projectId }) => db.readReliability(on, { projectId, span: MONTH }),
  readState: async ({ projectId }) => (await db.readState(on, sceneKeyring, projectId)).checks,
  findReportChoice: (w) => db.findReportChoice(on, w),
  reportsWithinMinute: ({ projectId }) => db.reportsWithinMinute(on, projectId),
  findStatusPage: (w) => db.findStatusPage(on, w),
  listStatusPages: ({ projectId }) => db.listStatusPages(on, projectId, PAGE),
  findStatusPost: (w) => db.findStatusPost(on, w),
  listStatusPosts: (w) => db.listStatusPosts(on, w, NEWEST),
  listSubscribers: (w) => db.listSubscribers(on, w, PAGE),
  listAliases: (w) => db.listAliases(on, w),
  listShadowedChecks: ({ projectId }) => db.listShadowedChecks(pool, { projectId, product: "cronitor" }),
  loadShadowHistories: ({ projectId }) => db.loadShadowHistories(pool, projectId, MONTH),
  loadShadowEvidence: async ({ projectId, checkId }) => {
    const [found] = await db.loadShadowEvidence(pool, projectId, [{ checkId, ...MONTH }]);
    return [...(found?.runs ?? []), ...(found?.slots ?? [])];
  },
  findSlackLink: (w) => db.findSlackLink(on, { ...w, linkId: w.slackLinkId }),
  findTelegramLink: (w) => db.findTelegramLink(on, { ...w, linkId: w.telegramLinkId }),
};

/** The second function comes before, for the project of the rows. */
const WRITES: Record<string, [call: Call, before?: Call]> = {
  deleteView: [(w) => db.deleteView(on, w)],
  editCheck: [
    (w) =>
      db.editCheck(pool, w, {
        details: { name: "x" },
        settings: {},
        channelIds: null,
        version: null,
        at: NOW,
      }),
  ],
  pauseCheck: [(w) => db.pauseCheck(pool, w, NOW)],
  resumeCheck: [(w) => db.resumeCheck(pool, w, NOW), (w) => db.pauseCheck(pool, w, NOW)],
  joinStorm: [
    (w) => db.joinStorm(on, { projectId: w.projectId, stormId: null, shared: "host x" }, [w.incidentId]),
  ],
  undoPause: [(w) => db.undoPause(pool, w, NOW), (w) => db.pauseCheck(pool, w, NOW)],
  resetBaseline: [(w) => db.resetBaseline(pool, w, NOW)],
  changeCheck: [(w) => db.changeCheck(pool, w, () => [{ kind: "pause", at: NOW }])],
  deleteCheck: [(w) => db.deleteCheck(on, w)],
  moveCheck: [
    async (w) => {
      const { projectId: toProjectId } = await aProject(pool);
      return await db.moveCheck(pool, { ...w, toProjectId, channelIds: null, at: NOW });
    },
    async (w) => {
      await db.pauseCheck(pool, w, NOW);
      await pool.query("update deliveries set state = 'sent' where check_id = $1", [w.checkId]);
    },
  ],
  restoreCheck: [(w) => db.restoreCheck(pool, w, NOW), (w) => db.deleteCheck(on, w)],
  acknowledgeIncident: [(w) => db.acknowledgeIncident(pool, w, BY)],
  unacknowledgeIncident: [
    (w) => db.unacknowledgeIncident(pool, w, BY),
    (w) => db.acknowledgeIncident(pool, w, BY),
  ],
  snoozeIncident: [(w) => db.snoozeIncident(pool, w, { ...BY, until: NOW + 3_600_000 })],
  noteIncident: [(w) => db.noteIncident(pool, w, { ...BY, text: "looking" })],
  editChannel: [
    (w) =>
      db.editChannel(on, w, {
        keyring: sceneKeyring,
        edit: {
          name: "x",
          settings: null,
          addressAuthor: null,
          checkIds: null,
          isFallback: true,
          proveWeekly: null,
          collectMinutes: null,
          groups: undefined,
          version: null,
        },
      }),
  ],
  deleteChannel: [(w) => db.deleteChannel(on, w)],
  restoreChannel: [(w) => db.restoreChannel(on, w), (w) => db.deleteChannel(on, w)],
  queueTest: [(w) => db.queueTest(on, w)],
  askAgain: [
    async (w) => (await db.askAgain(on, w)) === "asked",
    ({ channelId }) => pool.query("update channels set unconfirmed_since = now() where id = $1", [channelId]),
  ],
  redeliver: [(w) => db.redeliver(on, w)],
  dismissDelivery: [(w) => db.dismissDelivery(on, w)],
  releaseInProject: [
    ({ projectId, checkId: quarantinedId }) => db.releaseInProject(on, { projectId, quarantinedId }),
  ],
  editRoute: [(w) => db.editRoute(on, w, { fields: { name: "x" }, version: null })],
  deleteRoute: [(w) => db.deleteRoute(on, w)],
  restoreRoute: [(w) => db.restoreRoute(on, w), (w) => db.deleteRoute(on, w)],
  orderRoutes: [
    ({ projectId, routeId }) => db.orderRoutes(on, projectId, [routeId]),
    ({ routeId }) => pool.query("update routes set position = 5 where id = $1", [routeId]),
  ],
  editPerson: [(w) => db.editPerson(on, w, { fields: { name: "x" }, version: null })],
  deletePerson: [(w) => db.deletePerson(on, w)],
  restorePerson: [(w) => db.restorePerson(on, w), (w) => db.deletePerson(on, w)],
  editRotation: [(w) => db.editRotation(on, w, { fields: { name: "x" }, version: null })],
  deleteRotation: [(w) => db.deleteRotation(on, w)],
  restoreRotation: [(w) => db.restoreRotation(on, w), (w) => db.deleteRotation(on, w)],
  editWindow: [(w) => db.editWindow(on, w, { name: "x", version: null })],
  deleteWindow: [(w) => db.deleteWindow(on, w)],
  restoreWindow: [(w) => db.restoreWindow(on, w), (w) => db.deleteWindow(on, w)],
  editStatusPage: [(w) => db.editStatusPage(on, w, { fields: { name: "x" }, version: null })],
  deleteStatusPage: [(w) => db.deleteStatusPage(on, w)],
  restoreStatusPage: [(w) => db.restoreStatusPage(on, w), (w) => db.deleteStatusPage(on, w)],
  createStatusPost: [
    (w) => db.createStatusPost(on, w, { ...UPDATE, title: "x", checkIds: [], incidentId: null }),
  ],
  addStatusUpdate: [(w) => db.addStatusUpdate(on, w, UPDATE)],
  editStatusUpdate: [(w) => db.editStatusUpdate(on, w, { state: "resolved", text: "taken", at: NOW })],
  deleteStatusUpdate: [(w) => db.deleteStatusUpdate(on, w)],
  restoreStatusUpdate: [(w) => db.restoreStatusUpdate(on, w), (w) => db.deleteStatusUpdate(on, w)],
  deleteStatusPost: [(w) => db.deleteStatusPost(on, w)],
  restoreStatusPost: [(w) => db.restoreStatusPost(on, w), (w) => db.deleteStatusPost(on, w)],
  removeSubscriber: [(w) => db.removeSubscriber(on, w)],
  subscribe: [(w) => db.subscribe(on, w, "new@example.org")],
  changeRole: [(w) => db.changeRole(on, w, { role: "viewer", seen: null }), anotherOwner],
  removeMember: [(w) => db.removeMember(on, w, { endKeys: false, endInvitations: true }), anotherOwner],
  endInvitation: [
    ({ invitationId, projectId }) => db.endInvitation(on, { invitationId, to: { projectId } }, "revoked"),
  ],
  rotateKey: [(w) => db.rotateKey(on, w, { now: NOW, oldEndsAt: NOW })],
  revokeKey: [(w) => db.revokeKey(on, w)],
  editReportChoice: [
    ({ projectId, userId }) =>
      db.editReportChoice(on, { projectId, userId }, { edit: { every: "month" }, version: null, now: NOW }),
  ],
  setAliases: [(w) => db.setAliases(on, w, [])],
  recordVerdicts: [({ projectId, checkId }) => db.recordVerdicts(pool, projectId, verdictOn(checkId, NOW))],
  settleForwards: [
    ({ projectId, forwardId: id }) =>
      db.settleForwards(pool, projectId, {
        results: [{ id, end: "failed", afterMs: 0 }],
        problem: null,
        pauseMs: 0,
      }),
  ],
  endSlackLink: [
    ({ projectId, slackLinkId: id }) => db.endSlackLink(on, { id, projectId }, { problem: "no" }),
  ],
};

/** Functions that name a project and yet belong in neither table, and why. */
const NEITHER: Record<string, string> = {
  ...name(
    "create",
    "createCheck insertCheck createChannel createRoute createPerson createRotation createWindow",
  ),
  ...name(
    "create",
    "createKey invite saveView addMember insertAuditEntry insertAuditEntries createSlackLink createTelegramLink",
  ),
  ...name("create", "createStatusPage"),
  ...name("create", "queueForwards"),
  ...name(
    "the project's shadow mode, of which it has one",
    "startShadow endShadow resumeShadow findShadow countWaitingForwards settlePoll",
  ),
  ...name(
    "the project's audit stream, of which it has one",
    "findAuditStream findStreamTarget saveAuditStream endAuditStream releaseAuditStream settleStreamEntry",
  ),
  ...name("create", "createUnlessEqual hasRoom queueReportNow"),
  ...name(
    "the project itself is the row",
    "findProject findRetention editProject deleteProject restoreProject renewPingKey setRetention findPrivacy setPrivacy moveProject",
  ),
  ...name("finds all rows of the project by itself", "applyWindows applyConfig"),
  ...name("only over the sealed value that was read before", "rewriteSettings"),
  ...name("the id alone is the secret or comes from the queue", "moveChannel"),
  ...name(
    "of the self-test, which is the only row of its project",
    "isDueToPing readSelfTest ensureBackupCheck",
  ),
  ...name(
    "in the caller's transaction, as the function without In",
    "changeCheckIn createStatusPageIn editStatusPageIn",
  ),
  ...name("a value that opens only at its own place", "seal unseal settingsPlace openSettings"),
  ...name("a row that was read before, with its project", "acceptInvitation keepLeases recordAttempts"),
  ...name("of all projects, for open streams or for a sender", "findEndedHolderIndexes dueDeliveries"),
  ...name(
    "of the channels whose settings the caller has opened",
    "findUnagreedChats findProjectSlackChannel",
  ),
  ...name("of all projects, for the sender of the audit log", "claimAuditStream"),
  ...name("the ping URL alone is the permission", "recordKnown recordPings"),
  ...name("announces rows that were written", "notifyOwners"),
};

/** Makes another owner, and leaves the first one a role in the project alone. */
async function anotherOwner({ projectId }: World) {
  const userId = await aUser();
  await db.addMember(on, { projectId, userId, role: "owner" });
  const organizationId = (await db.findProject(on, projectId))?.organizationId ?? "";
  await db.addOrganizationMember(on, { organizationId, userId, role: "owner" });
  await pool.query("delete from organization_members where organization_id = $1 and user_id <> $2", [
    organizationId,
    userId,
  ]);
}

let mine: World;
let other: World;
beforeAll(async () => {
  [mine, other] = [await aWorld(), await aWorld()];
});

describe("another project's id", () => {
  test.each(Object.entries(READS))("finds nothing of a project: %s", async (_, read) => {
    expect(isSomething(await read(mine))).toBe(true);
    const { projectId } = await aProject(pool);
    expect(isSomething(await read({ ...mine, projectId }))).toBe(false);
    expect(JSON.stringify(await read({ ...mine, projectId: other.projectId }))).not.toContain(mine.marker);
  });

  test.each(Object.entries(WRITES))("changes no row of a project: %s", async (_, [write, before]) => {
    const world = await aWorld();
    await before?.(world);
    const rows = await rowsOf(world.projectId);
    const result = await Promise.resolve(write({ ...world, projectId: other.projectId })).catch(() => null);
    expect(Array.isArray(result) ? false : isSomething(result)).toBe(false);
    expect(JSON.stringify(result ?? null)).not.toContain(world.marker);
    expect(await rowsOf(world.projectId)).toEqual(rows);
    await write(world);
    expect(await rowsOf(world.projectId)).not.toEqual(rows);
  });
});

/**
 * What the reads find of a project for another one where their statements have lost their condition on the project. Some
 * have none of that form: they then find what they should, nothing.
 */
async function leaksWith(through: db.Pool): Promise<string[]> {
  const leaks = [];
  for (const [name, read] of Object.entries(READS)) {
    const found = await pool.through({ to: through, isStripped: true }, () =>
      Promise.resolve(read({ ...mine, projectId: other.projectId })).catch(() => null),
    );
    if (JSON.stringify(found ?? null).includes(mine.marker)) leaks.push(name);
  }
  return leaks;
}

test("without their condition on the project the reads find another project's rows; row-level security still hides them", async () => {
  expect((await leaksWith(database.pool)).length).toBeGreaterThan(40);
  const sessions = db.openPool({ url: database.url, max: 5, name: "test" });
  const rowSecurity = new db.RowSecurity({
    primary: database.pool,
    sessions,
    onMissing: expect.unreachable,
  });
  expect(await leaksWith(rowSecurity.poolOf(other.projectId))).toEqual([]);
  await sessions.end();
});

test("the tables hold every public function that names a project, and no other", () => {
  const named = publicFunctions().filter(({ parameters }) => namesProject(parameters));
  expect(named.length).toBeGreaterThan(100);
  const listed = [READS, WRITES, NEITHER].flatMap((table) => Object.keys(table));
  expect(listed.toSorted()).toEqual(named.map((one) => one.name).toSorted());
});

// Pings, runs and slots have no foreign keys: a trigger deletes them with their check.
test("of a project that is gone no row is left, in any table", async () => {
  const world = await aWorld();
  await pool.query("delete from checks where id = $1", [world.checkId]);
  const orphans = await rowsOfCheck(world.checkId);
  expect(Object.entries(orphans).filter(([, count]) => count > 0)).toEqual([]);
  await pool.query("delete from projects where id = $1", [world.projectId]);
  expect(Object.values(await rowsOf(world.projectId)).flat()).toEqual([]);
});

/** How many rows each table has that say they belong to this check, but for those that remember what was. */
async function rowsOfCheck(checkId: string): Promise<Record<string, number>> {
  const tables = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'check_id' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(5);
  const counts: Record<string, number> = {};
  for (const { name: table } of tables) {
    const [row] = await pool.query<{ count: number }>(
      `select count(*)::int as count from ${table} where check_id = $1`,
      [checkId],
    );
    counts[table] = row?.count ?? 0;
  }
  return counts;
}

const SOURCES = globSync("packages/db/src/**/*.ts", { exclude: ["**/*.test.ts", "**/index.ts"] })
  .map((file) => readFileSync(file, "utf8"))
  .join("\n");

/** The exported functions that the package exports, too, with the text of their parameters. */
function publicFunctions(): { name: string; parameters: string }[] {
  const declared = SOURCES.matchAll(/^export (?:async )?function (\w+)(?:<[^(]*>)?\(([\s\S]*?)\n?\)[:{ ]/gm);
  return [...declared]
    .map(([, found = "", parameters = ""]) => ({ name: found, parameters }))
    .filter((one) => one.name in db);
}

/** Whether the text of parameters, or of a type, has a project's id in it or in a type of ours that it uses. */
function namesProject(text: string): boolean {
  return (
    /\bprojectId\b/.test(text) || [...text.matchAll(/\b[A-Z]\w+/g)].some(([type]) => projectTypes().has(type))
  );
}

let found: Set<string> | undefined;
function projectTypes(): ReadonlySet<string> {
  if (found !== undefined) return found;
  found = new Set();
  const types = [...SOURCES.matchAll(/^(?:export )?type (\w+)(?:<[^=]*>)? =([\s\S]*?);\n(?=\S|\n)/gm)];
  // A type may use one that is declared after it.
  for (let size = -1; size < found.size;) {
    size = found.size;
    for (const [, type = "", body = ""] of types) if (namesProject(body)) found.add(type);
  }
  return found;
}

function name(reason: string, functions: string): Record<string, string> {
  return Object.fromEntries(functions.split(" ").map((one) => [one, reason]));
}

function isSomething(result: unknown): boolean {
  if (result === null || result === undefined || result === false || result === 0) return false;
  if (Array.isArray(result)) return result.length > 0;
  return !(typeof result === "object" && "kind" in result && result.kind === "unknown");
}

/** Every row of every table that belongs to the project, as JSON. */
async function rowsOf(projectId: string): Promise<Record<string, unknown>> {
  const tables = await pool.query<{ name: string }>(
    `select table_name as name from information_schema.columns
      where table_schema = 'public' and column_name = 'project_id' order by 1`,
  );
  expect(tables.length).toBeGreaterThan(20);
  const rows: Record<string, unknown> = {};
  for (const table of tables)
    rows[table.name] = await pool.query(
      `select to_jsonb(t) as row from ${table.name} t where project_id = $1 order by to_jsonb(t)::text`,
      [projectId],
    );
  return rows;
}

async function aUser(): Promise<string> {
  return db.createUser(on, { email: `${crypto.randomUUID()}@example.org`, passwordHash: "x" });
}

/** A project with one row of everything; all names in it contain `marker`. */
async function aWorld() {
  const marker = crypto.randomUUID();
  const { projectId, pingKey } = await aProject(pool);
  const userId = await aUser();
  await db.addMember(on, { projectId, userId, role: "owner" });
  const channel = await db.createChannel(on, sceneKeyring, {
    projectId,
    kind: "webhook",
    name: marker,
    settings: { url: "https://example.org" },
    hint: marker,
    checkIds: "all",
  });
  const details = { name: marker, slug: marker, tags: marker };
  const check = await aCheck(pool, { projectId, details, at: NOW - 86_400_000 });
  const ids = { projectId, checkId: check.id, channelId: channel.id, userId };
  const route = {
    name: marker,
    steps: [{ afterMinutes: 0, targets: [{ kind: "channel", channelId: channel.id }] }],
  };
  const { id: routeId } = await db.createRoute(on, projectId, RouteInput.parse(route));
  const { id: personId } = await db.createPerson(on, projectId, { name: marker, channelIds: [channel.id] });
  const { id: rotationId } = await db.createRotation(on, projectId, {
    name: marker,
    timezone: "UTC",
    every: "week",
    startsOn: "2026-01-05",
    handOverAt: "09:00",
    personIds: [personId],
    overrides: [],
  });
  const window = { name: marker, rule: WEEKLY, tags: [], checkIds: [check.id], createdBy: marker };
  const { id: windowId } = await db.createWindow(on, projectId, window);
  const page = { name: marker, slug: marker, entries: [{ checkId: check.id, group: "", name: marker }] };
  const { id: pageId } = await db.createStatusPage(on, projectId, page);
  const posted = await db.createStatusPost(
    on,
    { projectId, pageId },
    { ...UPDATE, title: marker, text: marker, checkIds: [check.id], incidentId: null },
  );
  // Of two updates one may be deleted.
  const post = await db.addStatusUpdate(on, { projectId, pageId, postId: posted?.id ?? "" }, UPDATE);
  await db.subscribe(on, { projectId, pageId }, `${marker}@example.org`);
  const [subscriber] = await db.listSubscribers(on, { projectId, pageId }, PAGE);
  const { row: key, key: apiKey } = await db.createKey(on, {
    projectId,
    name: marker,
    scope: "read",
    createdBy: userId,
  });
  const invitation = {
    to: { projectId },
    email: `${marker}@example.org`,
    role: "viewer" as const,
    invitedBy: userId,
  };
  const invitationId = await on.transaction((tx) => db.invite(tx, invitation));
  const { link: slackLink } = await db.createSlackLink(on, { projectId, userId });
  const { link: telegramLink } = await db.createTelegramLink(on, projectId);
  await db.insertAuditEntry(on, {
    projectId,
    at: NOW,
    actor: { kind: "operator", name: marker },
    address: null,
    action: "check.edit",
    object: { id: check.id, name: marker },
    fields: [],
  });
  await db.storeRefusals(pool, [
    {
      owner: { kind: "key", pingKey, slug: "none" },
      reason: "unknown-slug",
      asked: marker,
      count: 1,
      firstAt: NOW,
      lastAt: NOW,
      method: "GET",
      remoteAddress: null,
      userAgent: "curl",
    },
  ]);
  await db.editReportChoice(on, { projectId, userId }, { edit: { every: "week" }, version: null, now: NOW });
  const view = await db.saveView(on, { projectId, userId, name: marker, search: { q: marker } });
  return {
    ...ids,
    viewId: view?.id ?? "",
    forwardId: await aShadowMode(ids),
    ...(await aHistory(check, marker, ids)),
    name: marker,
    tag: marker,
    marker,
    pingUuid: check.pingUuid,
    routeId,
    personId,
    rotationId,
    windowId,
    pageId,
    postId: post?.id ?? "",
    updateId: post?.updates[0]?.id ?? "",
    subscriberId: subscriber?.id ?? "",
    keyId: key.id,
    apiKey,
    invitationId: invitationId ?? "",
    slackLinkId: slackLink.id,
    telegramLinkId: telegramLink.id,
  };
}

const verdictOn = (checkId: string, at: number) => ({
  verdicts: [{ checkId, status: "down", graceSeconds: null }] as const,
  at,
  gapMs: 1_000,
});

/** A ping that waits to be forwarded, and a verdict. */
async function aShadowMode({ projectId, checkId }: { projectId: string; checkId: string }): Promise<string> {
  const settings = {
    product: "other",
    pingUrl: "https://x.example/{key}",
    apiUrl: null,
    keysFrom: "slug",
  } as const;
  const secrets = { pingKey: "", apiKey: "" };
  await db.startShadow(on, sceneKeyring, { projectId, settings, secrets, at: NOW, version: null });
  const said = { cameAs: null, kind: "success", exitStatus: null, runId: null, durationMs: null } as const;
  await db.setAliases(on, { projectId, checkId }, [{ product: "cronitor", key: `there-${checkId}` }]);
  const ping = { ...said, method: "GET", query: "", userAgent: "", at: NOW };
  await db.queueForwards(pool, [{ projectId, checkId, ping, body: null }], new Map());
  await db.recordVerdicts(pool, projectId, verdictOn(checkId, NOW - 60_000));
  const [row] = await pool.query<{ id: string }>("select id from shadow_pings where project_id = $1", [
    projectId,
  ]);
  return row?.id ?? "";
}

/** A run, a failure with its output, an incident of a storm, a notice, a slot, a dead letter, a test and a report. */
async function aHistory(
  check: { id: string; projectId: string; pingUuid: string },
  marker: string,
  { projectId, checkId, channelId }: { projectId: string; checkId: string; channelId: string },
) {
  const at = NOW - 3_600_000;
  const body = Buffer.from(marker);
  await db.recordPings(pool, [anArrival(check, at, { kind: "start" })], db.ALONE);
  await db.recordPings(
    pool,
    [anArrival(check, at + 60_000, { kind: "fail", body, metrics: { rows: 3 } })],
    db.ALONE,
  );
  const neighbour = await aCheck(pool, { projectId, details: { name: marker }, at });
  await db.recordPings(pool, [anArrival(neighbour, at + 60_000, { kind: "fail" })], db.ALONE);
  const [storm] = await pool.query<{ id: string }>(
    "insert into storms (project_id, opened_at, shared) values ($1, now(), $2) returning id",
    [projectId, marker],
  );
  const [incident] = await pool.query<{ id: string }>(
    "update incidents set storm_id = $2 where check_id = $1 returning id",
    [checkId, storm?.id],
  );
  const [said] = await pool.query<{ factsId: string }>(
    `insert into ping_facts (project_id, check_id, ping_id, rid, facts, received_at)
     select $1, $2, id, id, jsonb_build_object('host', $3::text), now() from gen_random_uuid() id
     returning ping_id as "factsId"`,
    [projectId, checkId, marker],
  );
  await pool.query(
    "insert into notices (project_id, check_id, at, notice, evidence) values ($1, $2, now(), 'early', '{}')",
    [projectId, checkId],
  );
  await pool.query(
    `insert into slots (project_id, check_id, due_at, outcome, decided_at) values ($1, $2, now(), 'late', now())`,
    [projectId, checkId],
  );
  const [dead] = await pool.query<{ id: string }>(
    `update deliveries set state = 'failed', finished_at = now(), last_error = $2, attempt = 1
      where check_id = $1 and kind = 'down' returning id`,
    [checkId, marker],
  );
  await pool.query("insert into instance_facts (name, value) values ($1, $2)", [
    `quarantined check ${checkId}`,
    JSON.stringify({ attempts: 1, until: NOW, reason: marker }),
  ]);
  await pool.query(
    `insert into deliveries (project_id, channel_id, kind) values ($1, $2, 'test'), ($1, $2, 'report')`,
    [projectId, channelId],
  );
  return {
    factsId: said?.factsId ?? "",
    stormId: storm?.id ?? "",
    incidentId: incident?.id ?? "",
    deliveryId: dead?.id ?? "",
  };
}
