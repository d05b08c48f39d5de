import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import { testDatabase } from "@overdue/testkit";
import { afterAll, expect, test } from "vitest";

const database = await testDatabase();
afterAll(database.drop);

test.each(["main.ts", "sender/main.ts"])(
  "%s renews LIVENESS_FILE for as long as it runs",
  async (program) => {
    const folder = await mkdtemp(join(tmpdir(), "overdue-alive-"));
    const file = join(folder, "alive");
    const child = spawn(process.execPath, [fileURLToPath(new URL(program, import.meta.url))], {
      env: {
        DATABASE_URL: database.url,
        SECRET_KEY: "k".repeat(32),
        LIVENESS_FILE: file,
        LOG_LEVEL: "error",
      },
      stdio: ["ignore", "inherit", "inherit"],
    });
    const read = () => readFile(file, "utf8").catch(() => "");
    await expect.poll(read, { timeout: 30_000 }).toMatch(/^\d{4}-\d\d-\d\dT/);
    const first = await read();
    await expect.poll(read, { timeout: 30_000 }).not.toBe(first);
    child.kill("SIGTERM");
    await once(child, "exit");
    await rm(folder, { recursive: true });
  },
);
