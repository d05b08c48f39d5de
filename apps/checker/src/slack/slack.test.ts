import {
  answerSlackPress,
  createSlackLink,
  findSlackLink,
  storeSlackPress,
  listen,
  openDb,
  returnFromSlack,
  schema,
  type Db,
} from "@overdue/db";
import {
  alertScene,
  redisMissing,
  sceneKeyring,
  startFakeSlack,
  testDatabase,
  testRedis,
  type AlertScene,
  type FakeSlack,
  type TestDatabase,
  type TestRedis,
} from "@overdue/testkit";
import { and, eq } from "drizzle-orm";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openEgress, type Egress } from "../egress/egress.ts";
import { startTestDelivery } from "../../test/start-test-delivery.ts";
import { serveSlack } from "./serve-slack.ts";

const PUBLIC_URL = "https://overdue.example.org";
const PLACE = { team: "T0123", channel: "C0123", name: "#ops" };
const log = pino({ level: "silent" });
let database: TestDatabase;
let redis: TestRedis | null;
let db: Db;
let slack: FakeSlack;
let scene: AlertScene;
let egress: Egress;
const stops: (() => Promise<void>)[] = [];

beforeAll(async () => {
  [database, redis] = await Promise.all([testDatabase(), testRedis()]);
  db = openDb(database.pool);
});
beforeEach(async () => {
  slack = await startFakeSlack();
  egress = openEgress({ allowedNetworks: [], timeoutMs: 3_000 });
  await db.delete(schema.deliveries); // what is due is looked for in all projects
  scene = await alertScene(db, { kind: "webhook", settings: { url: "https://example.org" } });
});
afterEach(async () => {
  for (const stop of stops.splice(0).toReversed()) await stop();
  await egress.close();
  await slack.close();
});
afterAll(async () => {
  await redis?.stop();
  await database.drop();
});

describe("a code", () => {
  test("becomes a channel that every check alerts, with its token sealed, and is tested at once", async () => {
    serve();
    const link = await comeBack(slack.api.newCode(PLACE));
    const { channelId, problem } = await waitForEnd(link);
    expect(problem).toBeNull();
    const [made] = await channelsOfSlack();
    expect(made).toMatchObject({ id: channelId, kind: "slack", name: "#ops", hint: "#ops, Acme" });
    expect(made?.settings).not.toContain("xoxb");
    expect(await testsTo(channelId)).toBe(1);
  });

  test("for a place that has a channel already mends that channel and makes no second", async () => {
    serve();
    const first = await waitForEnd(await comeBack(slack.api.newCode(PLACE)));
    await db
      .update(schema.channels)
      .set({ brokenAt: new Date(), brokenBecause: "token_revoked" })
      .where(eq(schema.channels.id, first.channelId ?? ""));
    const second = await waitForEnd(await comeBack(slack.api.newCode(PLACE)));
    expect(second.channelId).toBe(first.channelId);
    expect(await channelsOfSlack()).toMatchObject([{ brokenAt: null }]);
  });

  test.each([
    ["that Slack does not know", () => comeBack("unknown"), "10 minutes"],
    ["that was used already", () => usedCode(), "finished already"],
    ["for an app with another secret", () => withSecret("wrong"), "SLACK_CLIENT_SECRET"],
  ])("%s says so to the page that waits", async (_, begin, words) => {
    if (words !== "SLACK_CLIENT_SECRET") serve();
    expect((await waitForEnd(await begin())).problem).toContain(words);
    expect((await channelsOfSlack()).length).toBeLessThanOrEqual(1);
  });

  test("is exchanged by one of two checkers", async () => {
    serve();
    serve();
    const { problem } = await waitForEnd(await comeBack(slack.api.newCode(PLACE)));
    expect(problem).toBeNull();
    expect(await channelsOfSlack()).toHaveLength(1);
  });
});

test("what a press did is shown in Slack, also where the first try fails", async () => {
  slack.next({ status: 500, body: "oops" });
  const serving = serve();
  await storeSlackPress(db, "press");
  await answerSlackPress(db, sceneKeyring, {
    id: "press",
    url: slack.api.responseUrl,
    body: { replace_original: true, text: "done" },
  });
  await slack.requests.waitForCount(1);
  await db.update(schema.slackPresses).set({ takenUntil: null });
  serving.wake();
  expect(await slack.api.answers.waitFor(() => true)).toEqual({ replace_original: true, text: "done" });
});

describe.each(["PostgreSQL", "Redis"])("by %s", (store) => {
  test("an alert goes out with buttons, waits where Slack asks for it, and breaks where the app was removed", async () => {
    if (store === "Redis" && redisMissing !== null) return;
    serve();
    const { channelId } = await waitForEnd(await comeBack(slack.api.newCode(PLACE)));
    await deliver(store === "Redis" ? (redis?.url ?? null) : null);
    await slack.api.posts.waitForCount(1); // the test
    slack.next({ status: 429, headers: { "retry-after": "1" }, body: '{"ok":false,"error":"ratelimited"}' });
    await scene.down({ channelId: channelId ?? "" });
    const [, down] = await slack.api.posts.waitForCount(2);
    expect(down).toMatchObject({ channel: "C0123" });
    expect(JSON.stringify(down?.payload)).toContain('"action_id":"acknowledge"');
    slack.api.refuse("token_revoked");
    const other = await scene.addCheck("other");
    const broken = waitForChannel((row) => row.brokenAt !== null, channelId ?? "");
    await scene.down({ channelId: channelId ?? "", checkId: other });
    expect((await broken).brokenBecause).toContain("add it to Slack again");
  });
});

function serve(clientSecret = slack.api.clientSecret) {
  const app = {
    clientId: slack.api.clientId,
    clientSecret,
    apiUrl: slack.apiUrl,
    publicUrl: PUBLIC_URL,
  };
  const serving = serveSlack({ db, keyring: sceneKeyring, egress, app }, log);
  const unlisten = listen({
    url: database.url,
    handlers: { overdue_slack: () => serving.wake() },
    onConnect: () => serving.wake(),
  });
  stops.push(async () => {
    await unlisten();
    await serving.stop();
  });
  return serving;
}

/** A person went to Slack and is back with this. */
async function comeBack(code: string) {
  const owner = { projectId: scene.projectId, userId: "anna" };
  const { link, state } = await createSlackLink(db, owner);
  await returnFromSlack(db, sceneKeyring, { state, userId: "anna", code });
  return link;
}

async function usedCode() {
  const code = slack.api.newCode(PLACE);
  await waitForEnd(await comeBack(code));
  return comeBack(code);
}

function withSecret(secret: string) {
  serve(secret);
  return comeBack(slack.api.newCode(PLACE));
}

async function waitForEnd({ id }: { id: string }) {
  return until(async () => {
    const link = await findSlackLink(db, { projectId: scene.projectId, linkId: id });
    return link === null || link.endedAt === null ? null : link;
  });
}

function waitForChannel(fits: (row: typeof schema.channels.$inferSelect) => boolean, id: string) {
  return until(async () => {
    const [row] = await db.select().from(schema.channels).where(eq(schema.channels.id, id));
    return row !== undefined && fits(row) ? row : null;
  });
}

/** Looks whenever the database says that something changed. */
async function until<Found>(look: () => Promise<Found | null>): Promise<Found> {
  const { promise, resolve, reject } = Promise.withResolvers<Found>();
  const again = () => void look().then((found) => found !== null && resolve(found), reject);
  const unlisten = listen({
    url: database.url,
    handlers: { overdue_changes: again },
    onConnect: again,
  });
  const found = await promise;
  await unlisten();
  return found;
}

function channelsOfSlack() {
  const { channels } = schema;
  return db
    .select()
    .from(channels)
    .where(and(eq(channels.projectId, scene.projectId), eq(channels.kind, "slack")));
}

async function testsTo(channelId: string | null) {
  const { deliveries } = schema;
  return db.$count(deliveries, and(eq(deliveries.channelId, channelId ?? ""), eq(deliveries.kind, "test")));
}

async function deliver(redisUrl: string | null): Promise<void> {
  const operator = { slackApiUrl: slack.apiUrl };
  const { stop } = await startTestDelivery({ db, databaseUrl: database.url, redisUrl, operator });
  stops.push(stop);
}
