import type { ForwardedPing } from "@overdue/core/shadow";
import {
  endShadow,
  findShadow,
  loadShadowHistories,
  openDb,
  queueForwards,
  type ShadowSettings,
  startShadow,
} from "@overdue/db";
import {
  aCheck,
  aProject,
  type SceneCheck,
  sceneKeyring,
  startFakeOldProduct,
  testDatabase,
} from "@overdue/testkit";
import pino from "pino";
import { afterAll, afterEach, describe, expect, onTestFinished, test } from "vitest";

import { openEgress } from "../egress/egress.ts";
import { forwardBatch } from "./forwarder.ts";
import { pollOne } from "./poller.ts";

const keyring = sceneKeyring;
const log = pino({ level: "silent" });
const publicUrl = "https://overdue.test";
const MINUTE = 60_000;

const database = await testDatabase();
const { pool } = database;
const db = openDb(pool);
afterAll(database.drop);
// A batch takes whichever project is due.
afterEach(async () => {
  await pool.query("delete from shadow_pings");
  await pool.query("delete from shadows");
});

async function aShadow(
  product: "healthchecks" | "cronitor",
  { timeoutMs = 10_000, apiKey = true, slug = "nightly" } = {},
) {
  const { projectId } = await aProject(pool);
  const check = await aCheck(pool, { projectId, details: { slug } });
  const there = await startFakeOldProduct(product, product === "healthchecks" ? [check.pingUuid] : []);
  const egress = openEgress({ allowedNetworks: ["127.0.0.0/8"], timeoutMs });
  onTestFinished(async () => {
    await egress.close();
    await there.close();
  });
  const settings: ShadowSettings = {
    product,
    pingUrl: there.url,
    apiUrl: apiKey ? there.url : null,
    keysFrom: product === "healthchecks" ? "uuid" : "slug",
  };
  const secrets = { pingKey: product === "cronitor" ? "p1ngk3y" : "", apiKey: there.apiKey };
  const start = (other: { settings?: Partial<ShadowSettings>; secrets?: Partial<typeof secrets> } = {}) =>
    startShadow(db, keyring, {
      projectId,
      settings: { ...settings, ...other.settings },
      secrets: { ...secrets, ...other.secrets },
      at: Date.now() - 10 * MINUTE,
      version: null,
    });
  await start();
  const ping = (said: Partial<ForwardedPing> = {}, body: string | null = null, of: SceneCheck = check) =>
    queueForwards(
      pool,
      [
        {
          projectId: of.projectId,
          checkId: of.id,
          ping: aPing(said),
          body: body === null ? null : Buffer.from(body),
        },
      ],
      NONE,
    );
  const forward = () => forwardBatch({ pool, keyring, egress, publicUrl, log });
  const poll = (at: number) => pollOne({ pool, keyring, egress, log, now: () => at });
  const shadow = async () => {
    const found = await findShadow(db, keyring, projectId);
    if (found === null) throw new Error("There is no shadow mode.");
    return found;
  };
  /** What is due later is due now. */
  const wait = async () => {
    await pool.query("update shadow_pings set due_at = at");
    await pool.query("update shadows set leased_until = null, next_poll_at = started_at");
  };
  return { projectId, check, there, start, ping, forward, poll, shadow, wait };
}

const NONE = new Map<string, number>();

function aPing(said: Partial<ForwardedPing>): ForwardedPing {
  return {
    cameAs: "healthchecks",
    kind: "success",
    exitStatus: null,
    runId: null,
    durationMs: null,
    method: "GET",
    query: "",
    userAgent: "curl/8.5",
    at: Date.now(),
    ...said,
  };
}

describe("a ping in shadow mode", () => {
  test("reaches Healthchecks in its own form, in order, with the client's name and where it comes from", async () => {
    const { check, there, ping, forward, shadow } = await aShadow("healthchecks");
    await ping({ kind: "start" });
    await ping({ kind: "fail", exitStatus: 3, method: "POST" }, "disk full");
    expect(await forward()).toBe(true);
    expect(there.pings()).toEqual([`GET /${check.pingUuid}/start`, `POST /${check.pingUuid}/3`]);
    expect(there.requests()[1]).toMatchObject({
      body: "disk full",
      headers: { "user-agent": "curl/8.5", "overdue-forwarded": "overdue.test" },
    });
    expect(await shadow()).toMatchObject({ forwarded: 2, failed: 0, forwardProblem: null });
    expect(await forward()).toBe(false);
  });

  test("reaches Cronitor under the check's slug", async () => {
    const { there, ping, forward } = await aShadow("cronitor");
    await ping({ kind: "start", at: Date.now() });
    await forward();
    expect(there.pings()).toEqual([expect.stringMatching(/^GET \/p\/p1ngk3y\/nightly\?state=run&stamp=/)]);
  });

  test("of a check that the other product has no key for is not sent", async () => {
    const { there, ping, forward, shadow } = await aShadow("cronitor", { slug: "" });
    await ping();
    await forward();
    expect(there.pings()).toEqual([]);
    expect(await shadow()).toMatchObject({ forwarded: 0, failed: 0 });
  });

  test("is tried again after an answer that it was not stored, and no later ping of the check overtakes it", async () => {
    const { check, there, ping, forward, shadow, wait } = await aShadow("healthchecks");
    there.nextPings({ status: 502, body: "<html><h1>502 Bad Gateway</h1></html>" });
    await ping({ kind: "start" });
    await ping();
    await forward();
    expect(there.pings()).toEqual([]);
    expect(await shadow()).toMatchObject({ forwardProblem: "It answered 502.", forwarded: 0 });
    await wait();
    await forward();
    expect(there.pings()).toEqual([`GET /${check.pingUuid}/start`, `GET /${check.pingUuid}`]);
  });

  test("is given up after three attempts", async () => {
    const { there, ping, forward, shadow, wait } = await aShadow("healthchecks");
    there.nextPings({ status: 500 }, { status: 500 }, { status: 500 });
    await ping();
    for (let attempt = 0; attempt < 4; attempt += 1) {
      await forward();
      await wait();
    }
    expect(there.pings()).toEqual([]);
    expect(await shadow()).toMatchObject({ failed: 1 });
  });

  test("waits where the other product limits requests, with or without a time, and nothing more is sent meanwhile", async () => {
    const { there, ping, forward, wait } = await aShadow("healthchecks");
    there.nextPings({ status: 429, headers: { "retry-after": "120" } }, { status: 429, body: "slow down" });
    await ping();
    for (let turn = 0; turn < 2; turn += 1) {
      expect(await forward()).toBe(true);
      expect(await forward()).toBe(false);
      await wait();
    }
    await forward();
    expect(there.pings()).toHaveLength(1);
  });

  test("that the other product does not know is not repeated, and says so", async () => {
    const { ping, forward, shadow, there, start } = await aShadow("healthchecks");
    await start({ settings: { pingUrl: `${there.url}/ping` } });
    await ping();
    await forward();
    expect(await shadow()).toMatchObject({ failed: 1, forwardProblem: "It answered 404." });
  });

  test("is not repeated to a product that took it and never answered; the product is left alone for some time", async () => {
    const { there, ping, forward, shadow } = await aShadow("healthchecks", { timeoutMs: 100 });
    there.nextPings("hang");
    await ping();
    expect(await forward()).toBe(true);
    expect(await shadow()).toMatchObject({ failed: 1, forwardProblem: "No answer within 0.1 s." });
    await ping();
    expect(await forward()).toBe(false);
  });

  test("to a product that never answers keeps no other project's ping", async () => {
    const { there, ping, forward, shadow } = await aShadow("healthchecks");
    there.nextPings("hang");
    await ping();
    const hanging = forward();
    await expect.poll(async () => (await shadow()).leasedUntil).not.toBeNull();
    const { projectId } = await aProject(pool);
    const other = await aCheck(pool, { projectId });
    const second = await startFakeOldProduct("healthchecks", [other.pingUuid]);
    onTestFinished(second.close);
    await startShadow(db, keyring, {
      projectId,
      settings: { product: "healthchecks", pingUrl: second.url, apiUrl: null, keysFrom: "uuid" },
      secrets: { pingKey: "", apiKey: "" },
      at: Date.now(),
      version: null,
    });
    await ping({}, null, other);
    expect(await forward()).toBe(true);
    expect(second.pings()).toEqual([`GET /${other.pingUuid}`]);
    await there.close();
    await hanging;
  });

  test("never goes to a private address", async () => {
    const { ping, shadow } = await aShadow("healthchecks");
    const guarded = openEgress({ allowedNetworks: [] });
    onTestFinished(() => guarded.close());
    await ping();
    await forwardBatch({ pool, keyring, egress: guarded, publicUrl, log });
    expect((await shadow()).forwardProblem).toContain("private");
  });

  test("is dropped and counted when it waited for more than ten minutes, or a thousand newer ones wait", async () => {
    const { there, projectId, check, ping, forward, shadow } = await aShadow("healthchecks");
    await ping({ at: Date.now() - 11 * MINUTE });
    await forward();
    expect(there.pings()).toEqual([]);
    expect(await shadow()).toMatchObject({ dropped: 1 });
    const many = Array.from({ length: 1_005 }, () => ({
      projectId,
      checkId: check.id,
      ping: aPing({}),
      body: null,
    }));
    await queueForwards(pool, many, new Map([[projectId, 7]]));
    expect(await shadow()).toMatchObject({ dropped: 1 + 5 + 7 });
  });

  test("is dropped when the project switches over", async () => {
    const { projectId, there, ping, forward } = await aShadow("healthchecks");
    await ping();
    await endShadow(db, projectId, Date.now());
    expect(await forward()).toBe(false);
    expect(there.pings()).toEqual([]);
  });
});

describe("the other product's verdicts", () => {
  /** What both said in the last ten minutes, by the minute at which each span began and ended. */
  async function thereOf({ projectId }: Awaited<ReturnType<typeof aShadow>>, since: number) {
    const [check] = await loadShadowHistories(pool, projectId, { from: since, until: since + 60 * MINUTE });
    return check?.there.map(({ status, from, until }) => [
      status,
      (from - since) / MINUTE,
      (until - since) / MINUTE,
    ]);
  }

  test.each(["healthchecks", "cronitor"] as const)("are asked each minute: %s", async (product) => {
    const world = await aShadow(product);
    const { check, there, ping, forward, poll, wait } = world;
    await ping();
    await forward();
    const key = product === "healthchecks" ? check.pingUuid : "nightly";
    const start = Date.now() - 9 * MINUTE;
    const said = ["up", "up", "down", "down", "down", "up"] as const;
    for (const [minute, status] of said.entries()) {
      there.say(key, status);
      expect(await poll(start + minute * MINUTE)).toBe(true);
      expect(await poll(start + minute * MINUTE)).toBe(false);
      await wait();
    }
    expect(await thereOf(world, start)).toEqual([
      ["up", 0, 1],
      ["down", 2, 4],
      ["up", 5, 5],
    ]);
  });

  test("are read with a key that only reads", async () => {
    const world = await aShadow("healthchecks");
    const { there, start, poll } = world;
    await start({ secrets: { apiKey: there.readOnlyKey } });
    const at = Date.now();
    await poll(at);
    expect(await thereOf(world, at)).toEqual([["up", 0, 0]]);
  });

  test("leave a gap for the time in which it could not be asked", async () => {
    const world = await aShadow("healthchecks");
    const { there, poll, wait, shadow } = world;
    const at = Date.now() - 9 * MINUTE;
    await poll(at);
    await wait();
    const problems: (string | null)[] = [];
    there.nextAnswers(
      { status: 429, headers: { "retry-after": "60" } },
      { status: 503, body: "<html>maintenance</html>" },
      { status: 200, body: "<html>a login page</html>" },
      { status: 401, body: '{"error":"wrong api key"}' },
      "drop",
    );
    for (let minute = 1; minute <= 5; minute += 1) {
      await poll(at + minute * MINUTE);
      problems.push((await shadow()).pollProblem);
      await wait();
    }
    expect(problems).toEqual([
      "It answered 429: it is asked less often.",
      "It answered 503.",
      "The answer is no list of checks: is the address that of its API?",
      "It answered 401: check the API key.",
      "The connection broke before an answer came.",
    ]);
    await poll(at + 6 * MINUTE);
    expect(await thereOf(world, at)).toEqual([
      ["up", 0, 0],
      ["up", 6, 6],
    ]);
    expect((await shadow()).pollProblem).toBeNull();
  });

  test("of other checks than the project's are left out, with a word about it", async () => {
    const { poll, shadow, check } = await aShadow("healthchecks");
    await pool.query("update checks set ping_uuid = gen_random_uuid() where id = $1", [check.id]);
    await poll(Date.now());
    expect((await shadow()).pollProblem).toBe("It knows none of the project's checks by their keys.");
  });
});
