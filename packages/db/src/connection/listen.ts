import { Session } from "./session.ts";

const RETRY_AFTER_MS = [100, 300, 1_000, 3_000];
const CONNECT_TIMEOUT_MS = 3_000;

export type Channel =
  | "overdue_account_mails"
  | "overdue_audit_stream"
  | "overdue_changes"
  | "overdue_deliveries"
  | "overdue_incidents"
  | "overdue_checkpoint_wanted"
  | "overdue_slack"
  | "overdue_status_mails"
  | "overdue_telegram"
  | "overdue_checkpoint_written";

type ListenOptions = {
  url: string;
  handlers: Partial<Record<Channel, (payload: string) => void>>;
  onConnect?: () => void;
};

/**
 * Listens for `NOTIFY` in a session of its own, and opens a new one whenever that ends. A message that is sent meanwhile is
 * lost, so `onConnect` lets the caller look again each time; nothing important may depend on a message alone.
 *
 * @returns a function that stops listening
 */
export function listen(options: ListenOptions): () => Promise<void> {
  const listener = new Listener(options);
  void listener.connect();
  return () => listener.stop();
}

class Listener {
  readonly #options: ListenOptions;
  readonly #handlers: ReadonlyMap<string, (payload: string) => void>;
  #session: Session | null = null;
  #isStopped = false;
  #failures = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ListenOptions) {
    this.#options = options;
    this.#handlers = new Map(Object.entries(options.handlers));
  }

  async connect(): Promise<void> {
    const session = new Session({
      url: this.#options.url,
      name: "listen",
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      onNotify: (channel, payload) => this.#handlers.get(channel)?.(payload),
    });
    this.#session = session;
    session.onEnd = () => this.#connectLater();
    try {
      await session.query([...this.#handlers.keys()].map((channel) => `listen ${channel}`).join(";"));
    } catch {
      // Its `onEnd` connects again.
      await session.end();
      return;
    }
    this.#failures = 0;
    this.#options.onConnect?.();
  }

  #connectLater(): void {
    if (this.#isStopped) return;
    const waitMs = RETRY_AFTER_MS[Math.min(this.#failures, RETRY_AFTER_MS.length - 1)];
    this.#failures += 1;
    this.#timer = setTimeout(() => void this.connect(), waitMs);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#session?.end();
  }
}
