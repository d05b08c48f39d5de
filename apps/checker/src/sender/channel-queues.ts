import type { DueDelivery } from "@overdue/db";

import type { ConcurrencyLimiter, Slot } from "./concurrency-limiter.ts";

/** A delivery whose turn has come, with the slot that it holds. */
export type Started = { due: DueDelivery; slot: Slot };

export type ChannelQueuesOptions = {
  limiter: ConcurrencyLimiter;
  /**
   * Starts to deliver these. Until it resolves, nothing more of their queues is started, so that slots which become free
   * meanwhile are used together. `done` must be called once for each.
   */
  deliver(batch: readonly Started[]): Promise<void>;
  /** A clock, in milliseconds. */
  now?: () => number;
};

type Queue = { kind: string; alerts: DueDelivery[]; informational: DueDelivery[]; opensAt: number };

const WAITING_MAX = 50_000;
const BATCH_MAX = 200;
/** How many batches are claimed at one time, so that an alert does not wait for the claim of a storm elsewhere. */
const BATCHES_MAX = 3;
/** The largest share of waiting deliveries that may be informational. */
const INFORMATIONAL_SHARE = 0.5;

/**
 * The deliveries that this process has accepted. Every channel has its own queue, and the queues take turns, so that neither
 * a slow channel nor a busy project holds up the others; alerts go before informational messages. Only ids wait here: if
 * the process dies, PostgreSQL still has the deliveries.
 */
export class ChannelQueues {
  readonly #options: Required<ChannelQueuesOptions>;
  readonly #queues = new Map<string, Queue>();
  readonly #here = new Set<string>();
  readonly #kindOpensAt = new Map<string, number>();
  readonly #idle: (() => void)[] = [];
  #started = 0;
  #isDrainPlanned = false;
  /** How many batches are being claimed, and which queues they are from. */
  #starting = 0;
  readonly #startingFrom = new Set<string>();
  #isStopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: ChannelQueuesOptions) {
    this.#options = { now: () => performance.now(), ...options };
    options.limiter.onFree(() => this.#drainSoon());
  }

  /** Adds a delivery, unless it is here already or too many wait. */
  add(due: DueDelivery): void {
    const room = WAITING_MAX * (due.isInformational ? INFORMATIONAL_SHARE : 1);
    if (this.#isStopped || this.#here.has(due.deliveryId) || this.#here.size >= room) return;
    this.#here.add(due.deliveryId);
    rowOf(this.#queueFor(due), due).push(due);
    this.#drainSoon();
  }

  /** The ids of all deliveries that wait or are under way here. */
  ids(): string[] {
    return [...this.#here];
  }

  /** The ids of the deliveries that wait for one channel. */
  waitingFor(channelId: string): string[] {
    const queue = this.#queues.get(channelId);
    return queue === undefined ? [] : [...queue.alerts, ...queue.informational].map(idOf);
  }

  countWaitingFor(channelId: string): number {
    const queue = this.#queues.get(channelId);
    return queue === undefined ? 0 : queue.alerts.length + queue.informational.length;
  }

  /** Drops the deliveries that wait for a channel, except these. */
  retain(channelId: string, ids: ReadonlySet<string>): void {
    const queue = this.#queues.get(channelId);
    if (queue === undefined) return;
    for (const due of [...queue.alerts, ...queue.informational])
      if (!ids.has(due.deliveryId)) this.#here.delete(due.deliveryId);
    queue.alerts = queue.alerts.filter((due) => ids.has(due.deliveryId));
    queue.informational = queue.informational.filter((due) => ids.has(due.deliveryId));
  }

  /** Closes a channel, and all channels of its kind, until their provider accepts another message. */
  closeFor(due: DueDelivery, { channelMs, kindMs }: { channelMs: number; kindMs: number }): void {
    const now = this.#options.now();
    const queue = this.#queues.get(queueName(due));
    if (queue !== undefined) queue.opensAt = now + channelMs;
    this.#kindOpensAt.set(due.channelKind, now + kindMs);
  }

  /** A started delivery has ended. With `opensInMs` it waits here again, until its provider accepts another message. */
  done(due: DueDelivery, opensInMs: number | null = null): void {
    this.#started -= 1;
    if (opensInMs === null) this.#here.delete(due.deliveryId);
    else {
      const queue = this.#queueFor(due);
      rowOf(queue, due).unshift(due);
      queue.opensAt = Math.max(queue.opensAt, this.#options.now() + opensInMs);
    }
    if (this.#started === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#drainSoon();
  }

  /** Starts nothing more; resolves once nothing is under way. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    if (this.#started > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#options.limiter.close();
  }

  #queueFor(due: DueDelivery): Queue {
    const name = queueName(due);
    const queue = this.#queues.get(name) ?? {
      kind: due.channelKind,
      alerts: [],
      informational: [],
      opensAt: -Infinity,
    };
    this.#queues.set(name, queue);
    return queue;
  }

  /** Waits a moment, so that deliveries which are added together start together, in few statements. */
  #drainSoon(): void {
    if (this.#isDrainPlanned) return;
    this.#isDrainPlanned = true;
    setImmediate(() => {
      this.#isDrainPlanned = false;
      this.#drain();
    });
  }

  #drain(): void {
    if (this.#isStopped || this.#starting >= BATCHES_MAX) return;
    // The clock is read once: a queue that opens between two readings would be neither started nor waited for.
    const now = this.#options.now();
    const batch = this.#nextBatch(now);
    if (batch.length > 0) this.#start(batch);
    this.#drainWhenNextOpens(now);
  }

  #start(batch: readonly Started[]): void {
    const names = new Set(batch.map(({ due }) => queueName(due)));
    this.#starting += 1;
    for (const name of names) this.#startingFrom.add(name);
    void this.#options.deliver(batch).finally(() => {
      this.#starting -= 1;
      for (const name of names) this.#startingFrom.delete(name);
      this.#drainSoon();
    });
  }

  #nextBatch(now: number): Started[] {
    const batch: Started[] = [];
    this.#takeInTurns(batch, now, (queue) => queue.alerts);
    this.#takeInTurns(batch, now, (queue) => (queue.alerts.length > 0 ? [] : queue.informational));
    return batch;
  }

  /** Takes one delivery from each queue with a free slot, round after round. Queues that had their turn go to the end. */
  #takeInTurns(batch: Started[], now: number, rowIn: (queue: Queue) => DueDelivery[]): void {
    const { limiter } = this.#options;
    let took = true;
    while (took && batch.length < BATCH_MAX) {
      took = false;
      for (const [name, queue] of Array.from(this.#queues)) {
        const [due] = rowIn(queue);
        if (due === undefined || batch.length >= BATCH_MAX || this.#startingFrom.has(name)) continue;
        if (this.#opensAt(queue) > now || limiter.freeSlots(due) < 1) continue;
        rowIn(queue).shift();
        this.#started += 1;
        batch.push({ due, slot: limiter.take(due) });
        took = true;
        this.#queues.delete(name);
        this.#queues.set(name, queue);
      }
    }
  }

  #opensAt(queue: Queue): number {
    return Math.max(queue.opensAt, this.#kindOpensAt.get(queue.kind) ?? -Infinity);
  }

  /** Removes queues that are empty and open, and drains again when the first closed one opens. */
  #drainWhenNextOpens(now: number): void {
    clearTimeout(this.#timer);
    let next = Number.POSITIVE_INFINITY;
    for (const [name, queue] of this.#queues) {
      if (queue.alerts.length + queue.informational.length === 0) {
        if (queue.opensAt <= now) this.#queues.delete(name);
      } else if (this.#opensAt(queue) > now) next = Math.min(next, this.#opensAt(queue));
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#drain(), Math.ceil(next - now));
  }
}

/** Deliveries that may have crashed their process have a separate queue, so that no others wait behind them. */
function queueName({ channelId, poisonAttempts }: DueDelivery): string {
  return poisonAttempts === 0 ? channelId : `${channelId} ${poisonAttempts}`;
}

function rowOf(queue: Queue, { isInformational }: DueDelivery): DueDelivery[] {
  return isInformational ? queue.informational : queue.alerts;
}

function idOf({ deliveryId }: DueDelivery): string {
  return deliveryId;
}
