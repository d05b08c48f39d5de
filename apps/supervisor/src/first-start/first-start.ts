import type { Bootstrap, Config } from "@overdue/config";
import {
  bootstrap,
  type Db,
  hasAnyAccount,
  keyringOf,
  hashPassword,
  migrate,
  newSetupToken,
  noteUnreadable,
  noticeRestore,
  openDb,
  openPool,
  passwordProblem,
} from "@overdue/db";
import { Refusal } from "../refusal.ts";

/**
 * Migrates the database, creates the account of the BOOTSTRAP variables if there is none, and returns the URL to open
 * first; `say` prints what the secrets do not open, and that the
 * database was restored. While nobody has an account, the URL contains a token for creating the first one.
 */
export async function prepareInstance(
  config: Config,
  {
    directUrl,
    secrets,
    say,
  }: { directUrl: string; secrets: readonly string[]; say: (sentence: string) => void },
): Promise<string> {
  const pool = openPool({ url: directUrl, max: 2, name: "supervisor" });
  try {
    await migrate(pool);
    const restored = await noticeRestore(pool);
    if (restored !== null) say(restored);
    const unreadable = await noteUnreadable(openDb(pool), keyringOf(secrets));
    if (unreadable !== null) say(unreadable);
    return await firstUrl(config, openDb(pool));
  } finally {
    await pool.end();
  }
}

async function firstUrl(config: Config, db: Db): Promise<string> {
  if (await hasAnyAccount(db)) return config.publicUrl;
  if (config.bootstrap) {
    await createAccount(db, config.bootstrap);
    return config.publicUrl;
  }
  return `${config.publicUrl}/setup?token=${await newSetupToken(db)}`;
}

async function createAccount(db: Db, { password, ...first }: Bootstrap): Promise<void> {
  const problem = passwordProblem(password, first.email);
  if (problem !== null) {
    throw new Refusal(
      `BOOTSTRAP_PASSWORD: ${problem} No account was created; set another password and start again.`,
    );
  }
  await bootstrap(db, { ...first, passwordHash: await hashPassword(password) });
}
