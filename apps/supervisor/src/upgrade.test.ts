import { fileURLToPath } from "node:url";

import { expect, test } from "vitest";

import { dataDirectory, startProduct, urlOf } from "../test/start.ts";
import { runAdmin } from "./admin/admin.ts";

/**
 * The database of an instance that ran on the commit of the first release: two checks with pings, one of them with an open
 * incident, a channel, and the key of the API that it was started with. Made by `npm run admin -- backup` on its database.
 */
const FIRST_RELEASE = fileURLToPath(new URL("../test/installs/first-release.sql.zst", import.meta.url));
const API_KEY = "first-release-api-key-0001";

type Check = {
  id: string;
  name: string;
  status: string;
  schedule: { scheduler?: string };
  pingUrl: string;
  pingCount: number;
};

test("an instance of the first release is brought up to date, and goes on with its checks, pings, keys and channels", async () => {
  const dataDir = dataDirectory();
  const printed = await runAdmin(["restore", FIRST_RELEASE], { DATA_DIR: dataDir, PORT: "0" });
  expect(printed).toContain("secret-key was restored.");
  const { url } = await urlOf(startProduct(dataDir));
  const get = async <T>(path: string): Promise<T> => {
    const response = await fetch(`${url}${path}`, { headers: { authorization: `Bearer ${API_KEY}` } });
    expect(response.status).toBe(200);
    return (await response.json()) as T;
  };
  const [project] = (await get<{ items: { id: string }[] }>("/v1/projects")).items;
  const path = `/v1/projects/${project?.id}`;
  const checks = (await get<{ items: Check[] }>(`${path}/checks`)).items;
  const statuses = Object.fromEntries(checks.map(({ name, status }) => [name, status]));
  expect(statuses).toEqual({ "last day": "down", nightly: "up" });
  const [lastDay, nightly] = ["last day", "nightly"].map((name) =>
    checks.find((check) => check.name === name),
  );
  // Plain cron reads L otherwise, so the reading of before is kept.
  expect(lastDay?.schedule.scheduler).toBe("overdue");
  const pinged = await fetch(`${url}${new URL(nightly?.pingUrl ?? "").pathname}`, {
    method: "POST",
    body: "new",
  });
  expect(pinged.status).toBe(200);
  const pings = (await get<{ items: { number: number }[] }>(`${path}/checks/${nightly?.id}/pings`)).items;
  const numbers = pings.map(({ number }) => number);
  expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) - index));
  expect(numbers.length).toBeGreaterThan(5);
  const incidents = await get<{ items: unknown[] }>(`${path}/incidents`);
  expect(incidents.items.length).toBeGreaterThan(0);
  // It says so where its settings could not be decrypted.
  const [channel] = (await get<{ items: { isUnreadable: boolean }[] }>(`${path}/channels`)).items;
  expect(channel?.isUnreadable).toBe(false);
}, 240_000);
