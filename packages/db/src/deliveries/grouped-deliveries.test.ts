import { alertScene, sceneKeyring, testDatabase, type AlertScene, type TestDatabase } from "@overdue/testkit";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";

import { openDb, type Db } from "../database.ts";
import { deliveries } from "../schema/index.ts";
import { claimDeliveries, type ClaimedAlert } from "./claim.ts";
import { dueDeliveries } from "./due.ts";
import { recordAttempts } from "./record-attempts.ts";

const OWNER_CONTACT = { keyring: sceneKeyring, mail: true };
const GROUPING = { seconds: 45, holder: null, ungroupedKinds: [] };

let database: TestDatabase;
let db: Db;
let scene: AlertScene;

beforeAll(async () => {
  database = await testDatabase();
  db = openDb(database.pool);
});
beforeEach(async () => {
  await db.delete(deliveries); // what is due is looked for in all projects
  scene = await alertScene(db, { kind: "slack", settings: { url: "https://example.org/" } });
});
afterAll(() => database.drop());

describe("a message that reports several, and was not taken at once,", () => {
  test("leaves the others to be sent when its own check recovers meanwhile", async () => {
    const { lead, members } = await storm();
    await finish(lead.claimed, "retry");
    await scene.up(lead.down);
    const sent = await claimDue();
    expect(sent.map(({ alert }) => alert.kind)).toEqual(["up"]);
    const next = await claimDue();
    expect(next.map(({ alert }) => alert.kind)).toEqual(["down"]);
    expect(namesIn(next)).toEqual(members.map(({ name }) => name).toSorted());
  });

  test("does not say of one that it is down, where its recovery was sent meanwhile", async () => {
    const { lead, members } = await storm();
    await finish(lead.claimed, "retry");
    const [recovered, other] = members;
    const { deliveryId } = await scene.up(recovered.down);
    for (const up of await claimAll([deliveryId])) await finish(up, "sent");
    const again = await claimDue();
    expect(namesIn(again)).toEqual(["nightly backup", other.name].toSorted());
  });

  test("leaves out a check that was deleted meanwhile", async () => {
    const { lead, members } = await storm();
    await finish(lead.claimed, "retry");
    await remove(members[0].down);
    expect(namesIn(await claimDue())).toEqual(["nightly backup", "reports"]);
  });

  test("leaves the others to be sent when its own check is deleted", async () => {
    const { lead } = await storm();
    await finish(lead.claimed, "retry");
    await remove(lead.down);
    expect(await claimDue()).toEqual([]);
    expect(namesIn(await claimDue())).toEqual(["billing", "reports"]);
  });

  test("is not overtaken by the recovery of one that it reports", async () => {
    const { lead, members } = await storm();
    await scene.up(members[0].down);
    expect(await claimDue()).toEqual([]);
    await finish(lead.claimed, "sent");
    expect((await claimDue()).map(({ alert }) => alert.kind)).toEqual(["up"]);
  });
});

/** Three checks of one host go down; one message is claimed for them. */
async function storm() {
  const lead = { name: "nightly backup", down: await scene.down() };
  const one = { name: "billing", down: await scene.down({ checkId: await scene.addCheck("billing") }) };
  const two = { name: "reports", down: await scene.down({ checkId: await scene.addCheck("reports") }) };
  await db.execute(sql`update incidents set host = 'db1' where project_id = ${scene.projectId}`);
  const [claimed, ...others] = await claimAll([lead.down.deliveryId]);
  if (claimed === undefined || others.length > 0) throw new Error("One message was to be claimed.");
  expect(namesIn([claimed])).toEqual(["billing", "nightly backup", "reports"]);
  return { lead: { claimed, down: lead.down }, members: [one, two] as const };
}

async function remove({ checkId }: { checkId: string }): Promise<void> {
  await db.execute(sql`update checks set deleted_at = now() where id = ${checkId}`);
}

async function claimDue(): Promise<ClaimedAlert[]> {
  const due = await dueDeliveries(db, { limit: 100, aheadMs: 0, here: [], enqueued: [] });
  return claimAll(due.map(({ deliveryId }) => deliveryId));
}

function claimAll(ids: readonly string[]): Promise<ClaimedAlert[]> {
  return claimDeliveries(db, ids, GROUPING);
}

/** The checks that these messages name. */
function namesIn(claimed: readonly ClaimedAlert[]): string[] {
  const names = claimed.flatMap(({ alert: { group, check } }) =>
    group === null ? [check?.name ?? ""] : group.first.map(({ checkName }) => checkName),
  );
  return names.toSorted();
}

async function finish({ claim }: ClaimedAlert, state: "sent" | "retry"): Promise<void> {
  const end = {
    state,
    startedAt: new Date(),
    statusCode: state === "sent" ? 200 : 500,
    answer: "",
    providerRef: null,
    retryInMs: 0,
    uncertain: false,
    channelBrokenBecause: null,
  };
  expect(await recordAttempts(db, [{ claim, finish: end }], OWNER_CONTACT)).toEqual(
    new Set([claim.deliveryId]),
  );
}
