import { findPingBody, openDb, findOutput, pingBodyText } from "@overdue/db";
import { aCheck, aProject, testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

import { pingsOf as storedPings, receiverOn } from "../../test/receiver.ts";

const LIMIT = 1_000;
const database = await testDatabase();
const { pool } = database;
const { app } = receiverOn(pool, LIMIT);
afterAll(database.drop);

const pingsOf = (check: { id: string }) => storedPings(pool, check);

test("a body of which something was left out says how much, and the last output is its true end", async () => {
  const check = await aCheck(pool);
  const body = `first line\n${"x".repeat(LIMIT * 3)}\nFATAL: disk full`;
  await app.request(`/ping/${check.pingUuid}/fail`, { method: "POST", body });
  const stored = await findPingBody(openDb(pool), {
    projectId: check.projectId,
    checkId: check.id,
    number: 1,
  });
  const text = stored === null ? "" : pingBodyText(stored);
  expect(text).toMatch(/^first line\nx+\n\[… 1,028 bytes were left out here …\]\nx+\nFATAL: disk full$/);
  expect(text.replaceAll(/\n\[.*\]\n/g, "")).toHaveLength(LIMIT * 2);
  const rows = await pool.query<{ id: string }>("select id from incidents where check_id = $1", [check.id]);
  const output = await findOutput(pool, { projectId: check.projectId, incidentId: rows[0]?.id ?? "" });
  expect(output?.output).toMatch(/^\[… 1,028 bytes were left out here …\]\nx+\nFATAL: disk full$/);
});

test.each([
  ["past the part that is kept", "ERR", LIMIT * 5],
  ["across the end of the kept part", "FEHLGESCHLAGEN", LIMIT - 4],
  ["in characters of several bytes", "Übertragung gestört 💥", LIMIT * 2 + 1],
])("a failure keyword is found %s, however the body is cut into pieces", async (_, keyword, at) => {
  const body = Buffer.from(`${"ä".repeat(at / 2)}${keyword}${"y".repeat(LIMIT * 4)}OK`);
  for (const size of [7, 1_001, body.length]) {
    const check = await aCheck(pool, {
      details: { filterHttpBody: true, failureKeywords: `none, ${keyword}`, successKeywords: "OK" },
    });
    await app.request(`/ping/${check.pingUuid}`, {
      method: "POST",
      body: inPieces(body, size),
      duplex: "half",
    } as RequestInit);
    expect(await pingsOf(check)).toMatchObject([{ kind: "fail", body_bytes: body.length }]);
  }
});

test("without the failure keyword a long body is what its success keyword says, by slug too", async () => {
  const { projectId, pingKey } = await aProject(pool);
  const details = { slug: "nightly", filterHttpBody: true, failureKeywords: "ERR", successKeywords: "done" };
  const check = await aCheck(pool, { projectId, details });
  const body = `${"x".repeat(LIMIT * 2)}done${"x".repeat(LIMIT * 2)}`;
  await app.request(`/ping/${pingKey}/nightly/fail`, { method: "POST", body });
  expect(await pingsOf(check)).toMatchObject([{ kind: "success" }]);
});

function inPieces(body: Buffer, size: number): ReadableStream<Uint8Array> {
  return new ReadableStream({
    start(controller) {
      for (let at = 0; at < body.length; at += size) controller.enqueue(body.subarray(at, at + size));
      controller.close();
    },
  });
}
