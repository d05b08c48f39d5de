import { randomUUID } from "node:crypto";

import { commitCheckpoint, readVitalSigns } from "@overdue/db";
import { testDatabase } from "@overdue/testkit";
import { Registry } from "prom-client";
import { afterAll, expect, test } from "vitest";

import { RENAMED_GAUGES } from "../http/deprecated-names.ts";
import { addVitalGauges } from "./metrics.ts";

const database = await testDatabase();
afterAll(database.drop);

test("an instance that has done nothing yet shows no age, and no outage", async () => {
  const text = await scrape();
  expect(text).toContain("overdue_outages 0");
  expect(text).not.toMatch(/^overdue_watermark_lag_seconds /m);
});

test("the lag of the watermark and the outages on record are shown", async () => {
  const now = Date.now();
  const heartbeat = (acceptedAt: number) =>
    commitCheckpoint(database.pool, { receiverId: randomUUID(), startedAt: acceptedAt, acceptedAt });
  await heartbeat(now - 60_000);
  await heartbeat(now - 2_000);
  const text = await scrape();
  expect(text).toContain("overdue_outages 1");
  expect(Number(/^overdue_watermark_lag_seconds (\S+)$/m.exec(text)?.[1])).toBeGreaterThanOrEqual(2);
});

test("a database that does not answer leaves the gauges out and not the whole page", async () => {
  const registry = new Registry();
  addVitalGauges(registry, () => Promise.reject(new Error("away")));
  expect(await registry.metrics()).not.toMatch(/^overdue_outages /m);
});

function scrape(): Promise<string> {
  const registry = new Registry();
  addVitalGauges(registry, () => readVitalSigns(database.pool));
  return registry.metrics();
}

test("a gauge with a new name is measured under its old name as well, and its help says that the old one ends", async () => {
  const text = await scrape();
  for (const [now, old] of Object.entries(RENAMED_GAUGES)) {
    const measured = (name: string) => new RegExp(`^${name} (\\S+)$`, "m").exec(text)?.[1];
    expect(text).toContain(`# HELP ${old} Deprecated, for one release: the old name of ${now}.`);
    expect(text).not.toMatch(new RegExp(`^# HELP ${now} Deprecated`, "m"));
    expect(measured(old)).toBe(measured(now));
  }
  expect(text).toMatch(/^overdue_heartbeat_age_seconds \d/m);
});
