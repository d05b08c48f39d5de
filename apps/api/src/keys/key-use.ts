import type { Instant } from "@overdue/schedules";
import { type Db, touchKey } from "@overdue/db";
import type { Logger } from "pino";

const MINUTE_MS = 60_000;

/** Notes each key's use once a minute at most, and never while a request waits. */
export class KeyUse {
  readonly #lastNoted = new Map<string, Instant>();
  readonly #deps: { db: Db; log: Logger; now: () => Instant };

  constructor(deps: { db: Db; log: Logger; now: () => Instant }) {
    this.#deps = deps;
  }

  note(keyId: string, from: string | null): void {
    const at = Math.floor(this.#deps.now() / MINUTE_MS) * MINUTE_MS;
    if (this.#lastNoted.get(keyId) === at) return;
    this.#lastNoted.set(keyId, at);
    touchKey(this.#deps.db, { keyId, at, from }).catch((err: unknown) => {
      this.#deps.log.warn({ err, keyId }, "the key's last use could not be noted");
    });
  }
}
