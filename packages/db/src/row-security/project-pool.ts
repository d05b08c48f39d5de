import { sql } from "drizzle-orm";

import { type AddLast, inSession, Pool, type PoolClient } from "../connection/pool.ts";
import type { Rows } from "../connection/session.ts";
import { type Db, isInTransaction, type Tx } from "../database.ts";
import { findMissing, PROJECT_ROLE, PROJECT_SETTING } from "./install.ts";

const LOOK_AGAIN_MS = 60_000;
const POOLS_MAX = 100;

const SENTENCES = {
  role:
    `Row-level security is off: the database login may not take the role ${PROJECT_ROLE}. Requests still see their own project alone, ` +
    `by their queries; the second check behind these is missing. As a superuser: CREATE ROLE ${PROJECT_ROLE} NOLOGIN; ` +
    `GRANT ${PROJECT_ROLE} TO the login of DATABASE_URL WITH INHERIT FALSE, SET TRUE; then restart.`,
  tables:
    "Row-level security is off: some tables were locked when it was installed, or are not the login's own. Requests still see " +
    "their own project alone, by their queries; the second check behind these is missing. Restart to try again.",
};

type RowSecurityOptions = {
  /** Of whose sessions nothing is kept: for looking what is installed. */
  primary: Pool;
  /** Serves projects alone, so that a session of it may stay in the project that it was lent to last. */
  sessions: Pool;
  /** Gets a sentence for the operator, once, if statements have to run without. */
  onMissing: (sentence: string) => void;
};

/** Lends pools whose statements see a single project, by row-level security, whatever they ask for. */
export class RowSecurity {
  readonly #options: RowSecurityOptions;
  readonly #pools = new Map<string, ProjectPool>();
  #isInstalled: Promise<boolean> | null = null;
  #isSaid = false;

  constructor(options: RowSecurityOptions) {
    this.#options = options;
  }

  /** The pool of a project; `reads`: over the sessions of another pool, such as a replica's. @throws if it is no UUID */
  poolOf(projectId: string, reads?: Pool): Pool {
    if (!UUID.test(projectId)) throw new Error("A project's id is a UUID.");
    const { primary, sessions } = this.#options;
    const over = reads === undefined || reads === primary ? sessions : reads;
    const key = over === sessions ? projectId : `${projectId} reads`;
    const known = this.#pools.get(key);
    if (known !== undefined) return known;
    // They are kept because of Drizzle's instance, which costs more to create than a statement.
    if (this.#pools.size >= POOLS_MAX) this.#pools.clear();
    const isInstalled = () => (this.#isInstalled ??= this.#look());
    const pool = new ProjectPool({ over, staysInProject: over === sessions, projectId, isInstalled });
    this.#pools.set(key, pool);
    return pool;
  }

  async #look(): Promise<boolean> {
    try {
      const missing = await findMissing(this.#options.primary);
      if (missing === null) return true;
      if (!this.#isSaid) this.#options.onMissing(SENTENCES[missing]);
      this.#isSaid = true;
      // Another process may be about to install it.
      setTimeout(() => (this.#isInstalled = null), LOOK_AGAIN_MS).unref();
      return false;
    } catch (error) {
      this.#isInstalled = null;
      throw error;
    }
  }
}

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/** The project that a session is in, for as long as it lasts. */
const projectsOfSessions = new WeakMap<PoolClient, string>();

type ProjectPoolOptions = {
  over: Pool;
  staysInProject: boolean;
  projectId: string;
  isInstalled: () => Promise<boolean>;
};

/**
 * A pool whose sessions have taken the role and named the project. A session that serves projects alone stays in its project
 * until it is lent to another one, which costs nothing. Any other, such as one behind a pooler that lends it for a transaction,
 * enters the project for one transaction, which is sent at once with the statement.
 */
class ProjectPool extends Pool {
  readonly #options: ProjectPoolOptions;

  constructor(options: ProjectPoolOptions) {
    super({ url: "", name: "project", max: 0 });
    this.#options = options;
  }

  override async query<Row extends object = Record<string, unknown>>(
    text: string,
    values?: readonly unknown[],
  ): Promise<Rows<Row>> {
    return await this.#alone((connection) => connection.query<Row>(text, values));
  }

  override async queryValues(text: string, values: readonly unknown[]): Promise<unknown[][]> {
    return await this.#alone((connection) => connection.queryValues(text, values));
  }

  override async use<T>(work: (client: PoolClient) => Promise<T>): Promise<T> {
    return await this.transaction(work);
  }

  override async transaction<T>(work: (client: PoolClient, addLast: AddLast) => Promise<T>): Promise<T> {
    const { over, isInstalled } = this.#options;
    if (!(await isInstalled())) return await over.transaction(work);
    return await over.use(async (client) => {
      const begin = (await this.#staysIn(client)) ? client.begin : this.#beginIn(client);
      return await inSession(client, (addLast) => work(client, addLast), begin);
    });
  }

  override async connect(): Promise<PoolClient> {
    return await Promise.reject(new Error("A session of a project is lent by `use`."));
  }

  async #alone<T>(statement: (connection: Pool | PoolClient) => Promise<T>): Promise<T> {
    const { over, isInstalled } = this.#options;
    if (!(await isInstalled())) return await statement(over);
    return await over.use(async (client) => {
      if (await this.#staysIn(client)) return await statement(client);
      const begun = client.query(this.#beginIn(client));
      // If it is refused, the session ends, so that no statement runs outside of a transaction.
      begun.catch(() => client.end());
      // If the statement fails, PostgreSQL makes the commit a rollback.
      const [, answer] = await Promise.all([begun, statement(client), client.query("commit")]);
      return answer;
    });
  }

  /** Puts a session into the project for as long as it lasts. @returns false if this has to be done for each transaction */
  async #staysIn(client: PoolClient): Promise<boolean> {
    const { staysInProject, projectId } = this.#options;
    if (!staysInProject || client.isPooled) return false;
    if (projectsOfSessions.get(client) === projectId) return true;
    projectsOfSessions.delete(client);
    await client.query(`set role ${PROJECT_ROLE}; set ${PROJECT_SETTING} = '${projectId}'`);
    projectsOfSessions.set(client, projectId);
    return true;
  }

  #beginIn(client: PoolClient): string {
    return `${client.begin}; set local role ${PROJECT_ROLE}; set local ${PROJECT_SETTING} = '${this.#options.projectId}'`;
  }
}

/**
 * Runs `work` with the login's own rights, for the few questions about other projects too, such as how many checks an
 * organization has, or whether any project has a token. Inside a transaction it belongs to that transaction.
 */
export async function acrossProjects<T>(db: Db | Tx, work: (db: Db | Tx) => Promise<T>): Promise<T> {
  return isInTransaction(db)
    ? await withOwnRights(db, work)
    : await db.transaction((tx) => withOwnRights(tx, work));
}

async function withOwnRights<T>(db: Db | Tx, work: (db: Db | Tx) => Promise<T>): Promise<T> {
  const [before] = await db.execute<{ role: string }>(sql`select current_setting('role') as role`);
  const setRole = (role: string) => db.execute(sql`select set_config('role', ${role}, true)`);
  const restore = () => setRole(before?.role ?? "none");
  await setRole("none");
  try {
    const result = await work(db);
    await restore();
    return result;
  } catch (error) {
    // After a failed statement this is refused, and the rollback restores the role.
    await restore().catch(() => undefined);
    throw error;
  }
}
