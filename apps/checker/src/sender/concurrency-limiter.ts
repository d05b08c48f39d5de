import { ANSWERS_KEPT, concurrencyFor, isQuick, SILENCE_STEP_MS } from "@overdue/core";
import type { DueDelivery } from "@overdue/db";

/**
 * The one authority over how many deliveries are under way in this process: in all, of each project, and to each
 * channel. How many per second a provider takes is kept by all processes together, in the table `rate_limits`.
 */
export type ConcurrencyLimiter = {
  /** How many more deliveries like this one may be claimed now. */
  freeSlots(due: DueDelivery): number;
  /** Takes one of these slots; it is held until its work has ended or it is released. */
  take(due: DueDelivery): Slot;
  /** Calls `listener` whenever a slot has become free. */
  onFree(listener: () => void): void;
  close(): void;
};

export type Slot = {
  /**
   * Runs `work` once the channel takes another message, and releases the slot. `work` calls `answered` as soon as the
   * receiver has answered. `waiting`: how many more wait for the channel.
   */
  run(waiting: number, work: (answered: () => void) => Promise<void>): Promise<void>;
  release(): void;
};

export type LimiterOptions = {
  /** How many messages the provider takes at once by one channel. */
  maxAtOnce(channelKind: string): number;
  atOnce?: number;
  atOncePerProject?: number;
  /** From when on a delivery counts for its own channel alone. */
  slowAfterMs?: number;
  now?: () => number;
};

const AT_ONCE = 1_000;
const AT_ONCE_PER_PROJECT = 500;
/** A mail server that takes minutes to answer must not keep a project's other channels waiting. */
const SLOW_AFTER_MS = 15_000;
/** This part of all slots is never taken by informational messages. */
const KEPT_FOR_ALERTS = 0.5;
/** Deliveries that were under way when a process died: few the first time, one alone after that, to find the cause. */
const POISON_AT_ONCE = [16, 1];
/** A channel that takes this many at once has more claimed than it takes, so that none of its slots stays empty. */
const WIDE = 50;
const CLAIMED_AHEAD = 1.5;
/** A timer that comes later than this tells of our own delay, not of the receiver's silence. */
const LATE_MS = 10;
const CHANNELS_KEPT = 1_000;

type Work = { waiting: number; start: () => void };
type Channel = {
  /** Slots that are taken, whether their work has begun or not. */
  taken: number;
  /** When each of the messages that are on their way began. */
  begun: Set<{ at: number }>;
  queue: Work[];
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
  readonly #perProject = new Map<string, number>();
  readonly #slowTimers = new Set<NodeJS.Timeout>();
  #inAll = 0;
  #poisonAttempts = 0;
  #freed: () => void = () => undefined;

  constructor(options: LimiterOptions) {
    this.#options = {
      atOnce: AT_ONCE,
      atOncePerProject: AT_ONCE_PER_PROJECT,
      slowAfterMs: SLOW_AFTER_MS,
      now: () => performance.now(),
      ...options,
    };
  }

  freeSlots(due: DueDelivery): number {
    const { atOnce, atOncePerProject, maxAtOnce } = this.#options;
    const share = due.isInformational ? 1 - KEPT_FOR_ALERTS : 1;
    const claimable = due.isInformational ? 1 : claimedAtOnce(maxAtOnce(due.channelKind));
    return Math.min(
      atOnce * share - this.#inAll,
      atOncePerProject * share - (this.#perProject.get(due.projectId) ?? 0),
      claimable - (this.#channels.get(channelKey(due))?.taken ?? 0),
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
    const leaveOthers = this.#countWithOthers(due);
    let isHeld = true;
    const release = () => {
      if (!isHeld) return;
      isHeld = false;
      leaveOthers();
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

  /** Counts a delivery in all and for its project, for as long as it is not slow. */
  #countWithOthers({ projectId }: DueDelivery): () => void {
    this.#inAll += 1;
    this.#perProject.set(projectId, (this.#perProject.get(projectId) ?? 0) + 1);
    const leave = () => {
      if (!this.#slowTimers.delete(timer)) return;
      clearTimeout(timer);
      this.#inAll -= 1;
      const left = (this.#perProject.get(projectId) ?? 0) - 1;
      if (left > 0) this.#perProject.set(projectId, left);
      else this.#perProject.delete(projectId);
    };
    const timer = setTimeout(() => {
      leave();
      this.#freed();
    }, this.#options.slowAfterMs).unref();
    this.#slowTimers.add(timer);
    return leave;
  }

  /** Resolves when the channel takes another message. */
  async #enter(channel: Channel, of: { most: number; waiting: number }): Promise<{ at: number }> {
    const begun = { at: 0 };
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

  // What a quick receiver took stays in its place until that is recorded: a crash repeats no more than is here.
  #answered(channel: Channel, of: { begun: { at: number }; most: number }): void {
    channel.silentMs = 0;
    channel.answersMs = [...channel.answersMs.slice(1 - ANSWERS_KEPT), this.#options.now() - of.begun.at];
    if (!isQuick(channel)) this.#leave(channel, of);
  }

  #leave(channel: Channel, { begun, most }: { begun: { at: number }; most: number }): void {
    if (channel.begun.delete(begun)) this.#startNext(channel, most);
  }

  /** Starts as many as the channel takes, and looks again soon where some must wait: its silence tells something too. */
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
      const [oldest] = channel.begun;
      if (!isLate && oldest !== undefined) channel.silentMs = Math.max(channel.silentMs, now() - oldest.at);
      // Answers that lie in the sockets are read before it is decided.
      setImmediate(() => setImmediate(() => this.#startNext(channel, most)));
    }, SILENCE_STEP_MS);
  }

  /** What a slow receiver was like is worth keeping; a map of all that ever was is not. */
  #forget(key: string, channel: Channel): void {
    clearTimeout(channel.timer);
    if (isQuick(channel) || this.#channels.size > CHANNELS_KEPT) this.#channels.delete(key);
  }
}

function newChannel(): Channel {
  return { taken: 0, begun: new Set(), queue: [], answersMs: [], silentMs: 0, timer: undefined };
}

/** An alert does not wait for the answer to an informational message, nor for one that may end its process. */
function channelKey({ channelId, isInformational, poisonAttempts }: DueDelivery): string {
  return `${channelId} ${isInformational ? "informational" : "alerts"} ${poisonAttempts}`;
}

function claimedAtOnce(most: number): number {
  return most < WIDE ? most : Math.ceil(most * CLAIMED_AHEAD);
}
