/**
 * Every advisory lock that the product takes, so that no two share a number. PostgreSQL knows them by number alone, in
 * one space for the whole database.
 */
const LOCKS = {
  /** Held by the session that changes the schema. */
  migrations: 7_236_831,
  /** One receiver at a time writes its checkpoint, so that only one of them ends an outage. */
  checkpoint: 7_236_832,
  /** Bootstrap and sign-up: only one of them makes the first account. */
  firstAccount: 7_236_840,
  deadLetterNotice: 7_236_841,
  selfTest: 7_236_842,
  operatorNotice: 7_236_843,
  fallbackForWaiting: 7_236_844,
};

/** Locks on one object each: the seed by which its id is hashed to a number. */
export const LOCK_SEEDS = {
  groupedChannel: 7,
  passedOnMessage: 8,
  addressQuestion: 9,
  findingsOfCheck: 10,
  dependenciesOfProject: 11,
};

export const MIGRATIONS_LOCK = LOCKS.migrations;

/** The statement that waits for a lock and holds it until the transaction ends. */
export function lockUntilCommit(name: Exclude<keyof typeof LOCKS, "migrations">): string {
  return `select pg_advisory_xact_lock(${LOCKS[name]})`;
}
