import { ANSWERS_KEPT, claimableFor, concurrencyFor, isQuick, SILENCE_STEP_MS } from "@overdue/core";
import type { DueDelivery } from "@overdue/db";

/**
 * Limits how many deliveries are under way in this process: in all, per project, per channel, and per kind whose channels
 * share a server. Limits per second are shared by all processes, in the table `rate_limits`.
 */
export type ConcurrencyLimiter = {
  /** How many more deliveries like this one may be claimed now. */
  freeSlots(due: DueDelivery): number;
  /** Takes one of these slots, which is held until its work has ended or it is released. */
  take(due: DueDelivery): Slot;
  /** Calls `listener` whenever a slot has become free. */
  onFree(listener: () => void): void;
  close(): void;
};

export type Slot = {
  /**
   * Runs `work` when the channel may be sent another message, then releases the slot. `work` calls `answered` as soon as the
   * receiver has answered. `waiting`: how many more wait for the channel.
   */
  run(waiting: number, work: (answered: () => void) => Promise<void>): Promise<void>;
  release(): void;
};

export type LimiterOptions = {
  /** How many messages the provider accepts at once for one channel. */
  maxAtOnce(channelKind: string): number;
  /** How many messages a server accepts at once that all channels of the kind share, such as a mail server. */
  maxOfKind?(channelKind: string): number;
  atOnce?: number;
  atOncePerProject?: number;
  /** After this many milliseconds a delivery counts only for its own channel. */
  slowAfterMs?: number;
  now?: () => number;
};

const AT_ONCE = 1_000;
const AT_ONCE_PER_PROJECT = 500;
/** A mail server that needs minutes to answer must hold up neither other mails nor the project's other channels. */
const SLOW_AFTER_MS = 15_000;
/** The share of all slots that informational messages never take. */
const KEPT_FOR_ALERTS = 0.5;
/** Deliveries that were under way when a process died: few at once at first, then one alone, to find the cause. */
const POISON_AT_ONCE = [16, 1];
/** A timer that fires later than this shows that this process was busy, not that the receiver was silent. */
const LATE_MS = 10;
const CHANNELS_KEPT_MAX = 1_000;

type Work = { waiting: number; start: () => void };
/** A message that is on its way: since when, and whether its receiver has answered. */
type Begun = { at: number; isAnswered: boolean };
type Channel = {
  /** How many slots are taken, whether their work has begun or not. */
  taken: number;
  /** The messages on their way, and those that a quick receiver has answered but that are not recorded yet. */
  begun: Set<Begun>;
  queue: Work[];
  /** How many others waited for the channel when the newest of these was claimed. */
  waiting: number;
  answersMs: number[];
  silentMs: number;
  timer: NodeJS.Timeout | undefined;
};

export function openConcurrencyLimiter(options: LimiterOptions): ConcurrencyLimiter {
  return new OpenLimiter(options);
}

class OpenLimiter implements ConcurrencyLimiter {
  readonly #options: Required<LimiterOptions>;
  readonly #channels = new Map<string, Channel>();
  readonly #perProject = new Counts();
  readonly #perKind = new Counts();
  readonly #slowTimers = new Set<NodeJS.Timeout>();
  #inAll = 0;
  #poisonAttempts = 0;
  #freed: () => void = () => undefined;

  constructor(options: LimiterOptions) {
    this.#options = {
      atOnce: AT_ONCE,
      atOncePerProject: AT_ONCE_PER_PROJECT,
      slowAfterMs: SLOW_AFTER_MS,
      maxOfKind: () => Number.POSITIVE_INFINITY,
      now: () => performance.now(),
      ...options,
    };
  }

  freeSlots(due: DueDelivery): number {
    const { atOnce, atOncePerProject, maxAtOnce, maxOfKind } = this.#options;
    const share = due.isInformational ? 1 - KEPT_FOR_ALERTS : 1;
    const channel = this.#channels.get(channelKey(due)) ?? newChannel();
    const claimable = due.isInformational
      ? 1
      : claimableFor(channel, { most: maxAtOnce(due.channelKind), waiting: channel.waiting });
    return Math.min(
      atOnce * share - this.#inAll,
      atOncePerProject * share - this.#perProject.of(due.projectId),
      maxOfKind(due.channelKind) * share - this.#perKind.of(due.channelKind),
      claimable - channel.taken,
      due.poisonAttempts === 0
        ? Number.POSITIVE_INFINITY
        : (POISON_AT_ONCE[due.poisonAttempts - 1] ?? 1) - this.#poisonAttempts,
    );
  }

  take(due: DueDelivery): Slot {
    const key = channelKey(due);
    const channel = this.#channels.get(key) ?? newChannel();
    this.#channels.set(key, channel);
    channel.taken += 1;
    if (due.poisonAttempts > 0) this.#poisonAttempts += 1;
    const uncount = this.#countShared(due);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      uncount();
      channel.taken -= 1;
      if (due.poisonAttempts > 0) this.#poisonAttempts -= 1;
      if (channel.taken === 0) this.#forget(key, channel);
      this.#freed();
    };
    return {
      release,
      run: async (waiting, work) => {
        const most = this.#options.maxAtOnce(due.channelKind);
        const begun = await this.#enter(channel, { most, waiting });
        try {
          await work(() => this.#answered(channel, { begun, most }));
        } finally {
          this.#leave(channel, { begun, most });
          release();
        }
      },
    };
  }

  onFree(listener: () => void): void {
    this.#freed = listener;
  }

  close(): void {
    for (const timer of this.#slowTimers) clearTimeout(timer);
    for (const { timer } of this.#channels.values()) clearTimeout(timer);
  }

  /** Counts a delivery in all, for its project and for its kind, until it is slow or the returned function is called. */
  #countShared({ projectId, channelKind }: DueDelivery): () => void {
    this.#inAll += 1;
    this.#perProject.add(projectId, 1);
    this.#perKind.add(channelKind, 1);
    const leave = () => {
      if (!this.#slowTimers.delete(timer)) return;
      clearTimeout(timer);
      this.#inAll -= 1;
      this.#perProject.add(projectId, -1);
      this.#perKind.add(channelKind, -1);
    };
    const timer = setTimeout(() => {
      leave();
      this.#freed();
    }, this.#options.slowAfterMs).unref();
    this.#slowTimers.add(timer);
    return leave;
  }

  /** Resolves when the channel may be sent another message. */
  async #enter(channel: Channel, of: { most: number; waiting: number }): Promise<Begun> {
    const begun = { at: 0, isAnswered: false };
    channel.waiting = of.waiting;
    await new Promise<void>((resolve) => {
      const start = () => {
        begun.at = this.#options.now();
        channel.begun.add(begun);
        resolve();
      };
      channel.queue.push({ waiting: of.waiting, start });
      this.#startNext(channel, of.most);
    });
    return begun;
  }

  // What a quick receiver accepted keeps its place until it is recorded, so that a crash repeats no more than that.
  #answered(channel: Channel, of: { begun: Begun; most: number }): void {
    of.begun.isAnswered = true;
    channel.silentMs = 0;
    channel.answersMs = [...channel.answersMs.slice(1 - ANSWERS_KEPT), this.#options.now() - of.begun.at];
    if (!isQuick(channel)) this.#leave(channel, of);
  }

  #leave(channel: Channel, { begun, most }: { begun: Begun; most: number }): void {
    if (channel.begun.delete(begun)) this.#startNext(channel, most);
  }

  /** Starts as many as the channel may be sent. If some must wait, looks again soon, since silence tells something too. */
  #startNext(channel: Channel, most: number): void {
    clearTimeout(channel.timer);
    const [first] = channel.queue;
    if (first === undefined) return;
    const waiting = first.waiting + channel.queue.length;
    let free = concurrencyFor(channel, { most, waiting }) - channel.begun.size;
    for (; free > 0 && channel.queue.length > 0; free -= 1) channel.queue.shift()?.start();
    if (channel.queue.length > 0) this.#lookAgain(channel, most);
  }

  #lookAgain(channel: Channel, most: number): void {
    const { now } = this.#options;
    const setAt = now();
    channel.timer = setTimeout(() => {
      const isLate = now() - setAt > SILENCE_STEP_MS + LATE_MS;
      // An answered message that is not recorded yet waits for this process, which is not silence.
      const oldest = [...channel.begun].find(({ isAnswered }) => !isAnswered);
      if (!isLate && oldest !== undefined) channel.silentMs = Math.max(channel.silentMs, now() - oldest.at);
      // Answers that have arrived in the sockets are read first.
      setImmediate(() =>
        setImmediate(() => {
          this.#startNext(channel, most);
          // More may be claimed for a receiver that is known to be slow.
          this.#freed();
        }),
      );
    }, SILENCE_STEP_MS);
  }

  /** Forgets an idle channel. What is known of slow receivers is kept, up to a limit. */
  #forget(key: string, channel: Channel): void {
    clearTimeout(channel.timer);
    if (isQuick(channel) || this.#channels.size > CHANNELS_KEPT_MAX) this.#channels.delete(key);
  }
}

/** Counts by name; names with a count of 0 are removed. */
class Counts {
  readonly #counts = new Map<string, number>();

  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  add(name: string, by: number): void {
    const count = this.of(name) + by;
    if (count > 0) this.#counts.set(name, count);
    else this.#counts.delete(name);
  }
}

function newChannel(): Channel {
  return { taken: 0, begun: new Set(), queue: [], waiting: 0, answersMs: [], silentMs: 0, timer: undefined };
}

/** An alert waits neither for the response to an informational message nor for a message that may crash its process. */
function channelKey({ channelId, isInformational, poisonAttempts }: DueDelivery): string {
  return `${channelId} ${isInformational ? "informational" : "alerts"} ${poisonAttempts}`;
}
