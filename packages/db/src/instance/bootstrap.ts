import { lockUntilCommit } from "../advisory-locks.ts";
import type { Db } from "../database.ts";
import { createKey } from "../keys/create-key.ts";
import { createProject } from "../projects/create-project.ts";
import { createUser, type NewUser } from "../users/create-user.ts";
import { hasAccount } from "./setup-token.ts";

/** What a first start creates by itself. Null keys are not made, except the ping key, which is then random. */
export type FirstAccount = NewUser & {
  project: string;
  apiKey: string | null;
  readonlyKey: string | null;
  pingKey: string | null;
};

/** Creates the account, its project and keys, where no account exists yet; says whether it did. */
export async function bootstrap(db: Db, first: FirstAccount): Promise<boolean> {
  return db.transaction(async (tx) => {
    await tx.execute(lockUntilCommit("firstAccount"));
    if (await hasAccount(tx)) return false;
    const ownerId = await createUser(tx, first);
    const chosen = first.pingKey === null ? {} : { pingKey: first.pingKey };
    const { id: projectId } = await createProject(tx, { name: first.project, ownerId, ...chosen });
    const writing = { key: first.apiKey, scope: "write" as const, name: "BOOTSTRAP_API_KEY" };
    const reading = { key: first.readonlyKey, scope: "read" as const, name: "BOOTSTRAP_READONLY_KEY" };
    for (const { key, ...rest } of [writing, reading]) {
      if (key !== null) await createKey(tx, { projectId, key, ...rest });
    }
    return true;
  });
}
