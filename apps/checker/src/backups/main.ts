import { setPriority } from "node:os";

import { readConfig } from "@overdue/config";
import { openPool } from "@overdue/db";

import { makeBackup } from "./make-backup.ts";

// A process of its own, so that packing and encrypting take no time from the evaluation of deadlines.
const NICE = 10;
setPriority(NICE);

const { backups, databaseUrl, databaseDirectUrl, secretKeys } = readConfig(process.env);
if (backups !== null && databaseUrl !== null) {
  const pool = openPool({ url: databaseUrl, max: 1, name: "backup" });
  const directUrl = databaseDirectUrl ?? databaseUrl;
  const { ok, text } = await makeBackup({ pool, directUrl, settings: backups, secretKeys });
  await pool.end();
  process.stderr.write(`${text}\n`);
  process.exitCode = ok ? 0 : 1;
}
