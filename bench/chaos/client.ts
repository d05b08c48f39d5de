import { randomUUID } from "node:crypto";
import { Agent, request } from "node:http";
import { setTimeout as wait } from "node:timers/promises";

import { type Ledger, now, type SentPing } from "./ledger.ts";

const ANSWER_MS_MAX = 5_000;
const PAUSE_MS = 500;
/** To each receiver. A ping that waited for a connection behind those to a frozen receiver would be late by our own doing. */
const SOCKETS_MAX = 5_000;
/** A kept connection had ended before the request was answered, which every client of HTTP has to expect. */
const CONNECTION_ENDED = -1;

/** Sends pings as `curl --retry` does: again and again until the answer is 2xx, each time to the next receiver. */
export class PingClient {
  readonly #agent = new Agent({ keepAlive: true, maxSockets: SOCKETS_MAX, timeout: ANSWER_MS_MAX });
  readonly #origins: readonly string[];
  readonly #ledger: Ledger;
  #turn = 0;
  #isOver = false;

  constructor(origins: readonly string[], ledger: Ledger) {
    this.#origins = origins;
    this.#ledger = ledger;
  }

  /** Resolves once the ping is acknowledged (true), or when the run is over (false). */
  async ping(
    job: { id: string; pingUuid: string },
    kind: SentPing["kind"],
    rid = randomUUID(),
  ): Promise<boolean> {
    const path = `/ping/${job.pingUuid}${kind === "success" ? "" : `/${kind}`}?rid=${rid}`;
    const ping: SentPing = { rid, kind, job: job.id, sentAt: now(), ackedAt: null, tries: 0, reconnects: 0 };
    // A counter of all pings could send one ping to the same receiver again and again.
    const first = this.#turn++;
    while (!this.#isOver) {
      const origin = this.#origins[(first + ping.tries) % this.#origins.length] ?? "";
      ping.tries += 1;
      const status = await this.#ask(`${origin}${path}`);
      if (status >= 200 && status < 300) {
        ping.ackedAt = now();
        break;
      }
      if (status === CONNECTION_ENDED) {
        ping.reconnects += 1;
        continue;
      }
      if (status >= 400 && status < 500) this.#ledger.refused(`${status} for ${path}`);
      await wait(PAUSE_MS);
    }
    this.#ledger.acked(ping);
    return ping.ackedAt !== null;
  }

  /** Lets every ping that is still being sent give up. */
  end(): void {
    this.#isOver = true;
    this.#agent.destroy();
  }

  /** @returns the status; 0 where no answer came, or `CONNECTION_ENDED` */
  #ask(url: string): Promise<number> {
    return new Promise((resolve) => {
      const asked = request(url, { agent: this.#agent }, (response) => {
        response.resume();
        response.once("end", () => resolve(response.statusCode ?? 0));
      });
      // The agent's timeout is for silence, and a proxy or a stopped process may drip.
      const timer = setTimeout(() => asked.destroy(), ANSWER_MS_MAX);
      asked.once("error", () => resolve(asked.reusedSocket ? CONNECTION_ENDED : 0));
      asked.once("close", () => {
        clearTimeout(timer);
        resolve(0);
      });
      asked.end();
    });
  }
}
