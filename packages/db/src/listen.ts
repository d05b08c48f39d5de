import { Client } from "pg";

const RETRY_MS = [100, 300, 1_000, 3_000];

export type Channel =
  | "overdue_account_mails"
  | "overdue_changes"
  | "overdue_deliveries"
  | "overdue_incidents"
  | "overdue_canary"
  | "overdue_slack"
  | "overdue_telegram"
  | "overdue_marked";

/**
 * Hears `NOTIFY` on a connection of its own and comes back by itself after a lost one. A message sent meanwhile is
 * gone, so `onConnect` lets the caller look again each time; nothing that matters may depend on a message alone.
 * Answers a function that stops listening.
 */
export function listen(options: {
  url: string;
  handlers: Partial<Record<Channel, (payload: string) => void>>;
  onConnect?: () => void;
}): () => Promise<void> {
  const listener = new Listener(options);
  void listener.connect();
  return () => listener.stop();
}

class Listener {
  #client: Client | null = null;
  #stopped = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;
  readonly #options: Parameters<typeof listen>[0];

  constructor(options: Parameters<typeof listen>[0]) {
    this.#options = options;
  }

  async connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      application_name: "overdue listen",
      connectionTimeoutMillis: 3_000,
      keepAlive: true,
    });
    this.#client = client;
    client.on("error", () => undefined); // "end" follows and reconnects
    client.on("end", () => this.#lost(client));
    client.on("notification", (message) => {
      this.#options.handlers[message.channel as Channel]?.(message.payload ?? "");
    });
    try {
      await client.connect();
      for (const channel of Object.keys(this.#options.handlers)) await client.query(`listen ${channel}`);
      this.#options.onConnect?.();
      this.#failures = 0;
    } catch {
      this.#lost(client);
    }
  }

  #lost(client: Client): void {
    if (this.#stopped || this.#client !== client) return;
    this.#client = null;
    const wait = RETRY_MS[Math.min(this.#failures, RETRY_MS.length - 1)];
    this.#failures += 1;
    client.end().catch(() => undefined);
    this.#timer = setTimeout(() => void this.connect(), wait);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    await this.#client?.end().catch(() => undefined);
  }
}
