import { lockUntilCommit } from "../advisory-locks.ts";
import type { Db } from "../database.ts";
import { ensureOperator } from "../users/operators.ts";
import { dropSetupToken, hasAccount, isSetupToken } from "./setup-token.ts";

/**
 * Lets `make` create the first account, once, for the holder of the setup token; the token ends with it. Two at once
 * take turns, and the second is refused.
 */
export async function makeFirstAccount<T>(
  db: Db,
  token: string,
  make: () => Promise<T>,
): Promise<{ made: T } | { refused: "no-token" | "too-late" }> {
  return await db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("firstAccount"));
    if (await hasAccount(tx)) return { refused: "too-late" };
    if (!(await isSetupToken(tx, token))) return { refused: "no-token" };
    const made = await make();
    await ensureOperator(tx);
    await dropSetupToken(tx);
    return { made };
  });
}
