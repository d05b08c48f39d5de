import { execFile } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";

import { findProjectChecks } from "@overdue/db";
import { afterAll, expect, test } from "vitest";

import { serveOverHttp } from "../test/healthchecks/serve.ts";
import { tenant } from "../test/healthchecks/tenant.ts";

// The command overdue against the API as it is.
const served = await serveOverHttp();
const folder = mkdtempSync(join(tmpdir(), "overdue-command-"));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command with a key of the project. @returns what it prints on standard output */
async function overdue(apiKey: string, ...args: string[]): Promise<string> {
  const env = { OVERDUE_URL: served.url, OVERDUE_API_KEY: apiKey, HOME: folder };
  const main = join(import.meta.dirname, "../../../packages/cli/src/main.ts");
  return (await promisify(execFile)(process.execPath, [main, ...args], { env })).stdout;
}

test("discover makes a check of each job of a machine, and a second time changes nothing", async () => {
  const { project, keys } = await tenant(served);
  const root = join(folder, "machine");
  mkdirSync(join(root, "var/spool/cron/crontabs"), { recursive: true });
  writeFileSync(join(root, "var/spool/cron/crontabs/root"), "0 2 * * * /opt/backup\n*/5 * * * * /opt/sync\n");
  const discover = async (...args: string[]) =>
    JSON.parse(await overdue(keys.rw, "discover", "--root", root, "--host", "web1", ...args)) as {
      jobs: { slug: string; state: string; check: string | null }[];
    };
  const states = async (...args: string[]) => (await discover(...args)).jobs.map(({ state }) => state);
  expect(await states("--apply", "web1-backup")).toEqual(["not connected"]);
  expect(await states("--apply")).toEqual(["not connected", "not connected"]);
  const made = await findProjectChecks(served.db, project.id);
  expect(made.map(({ slug, graceSeconds, tags }) => ({ slug, graceSeconds, tags }))).toEqual([
    { slug: "web1-backup", graceSeconds: 3600, tags: "host:web1" },
    { slug: "web1-sync", graceSeconds: 300, tags: "host:web1" },
  ]);
  expect(await states("--apply")).toEqual(["not connected", "not connected"]);
  expect(await findProjectChecks(served.db, project.id)).toEqual(made);
});

test("import makes checks of another product's monitors, and a second time changes nothing", async () => {
  const { project, keys } = await tenant(served);
  const file = join(folder, "snitches.json");
  const snitch = { name: "Nightly backup", tags: ["db"], status: "paused", type: { interval: "daily" } };
  writeFileSync(
    file,
    JSON.stringify([
      { ...snitch, token: "c2354d53d2" },
      { ...snitch, name: "Odd", token: "x", type: { interval: "never" } },
    ]),
  );
  const run = async () =>
    JSON.parse(await overdue(keys.rw, "import", "deadmanssnitch", "--file", file)) as object;
  const odd = { check: "Odd", problem: "its interval, “never”, is unknown: make its check by hand." };
  const first = await run();
  expect(first).toMatchObject({
    created: 1,
    alreadyThere: 0,
    problems: [odd],
    urls: [{ check: "nightly-backup" }],
  });
  const made = await findProjectChecks(served.db, project.id);
  expect(made).toMatchObject([
    { slug: "nightly-backup", status: "paused", tags: "db", graceSeconds: 21_600 },
  ]);
  expect(await run()).toEqual({ created: 0, alreadyThere: 1, urls: [], problems: [odd] });
  expect(await findProjectChecks(served.db, project.id)).toEqual(made);
});
