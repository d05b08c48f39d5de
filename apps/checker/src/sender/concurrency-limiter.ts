import { ANSWERS_KEPT, claimableFor, concurrencyFor, isQuick, SILENCE_STEP_MS } from "@overdue/core";
import type { DueDelivery } from "@overdue/db";

/**
 * The one authority over how many deliveries are under way in this process: in all, of each project, to each channel, and
 * to the one server of a kind. How many per second a provider takes is kept by all processes together, in the table `rate_limits`.
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
  /** How many messages at once the one server takes that all channels of the kind go through, such as a mail server. */
  maxOfKind?(channelKind: string): number;
  atOnce?: number;
  atOncePerProject?: number;
  /** From when on a delivery counts for its own channel alone. */
  slowAfterMs?: number;
  now?: () => number;
};

const AT_ONCE = 1_000;
const AT_ONCE_PER_PROJECT = 500;
/** A mail server that takes minutes to answer for one mail must keep neither a project's other channels waiting nor other mails. */
const SLOW_AFTER_MS = 15_000;
/** This part of all slots is never taken by informational messages. */
const KEPT_FOR_ALERTS = 0.5;
/** Deliveries that were under way when a process died: few the first time, one alone after that, to find the cause. */
const POISON_AT_ONCE = [16, 1];
/** A timer that comes later than this tells of our own delay, not of the receiver's silence. */
const LATE_MS = 10;
const CHANNELS_KEPT = 1_000;

type Work = { waiting: number; start: () => void };
/** When a message began, and whether its receiver has answered. */
type Begun = { at: number; isAnswered: boolean };
type Channel = {
  /** Slots that are taken, whether their work has begun or not. */
  taken: number;
  /** The messages that are on their way, or that a quick receiver has answered and that are not recorded yet. */
  begun: Set<Begun>;
  queue: Work[];
  /** How many waited for the channel beside these, when the newest of them was claimed. */
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

  /** Counts a delivery in all, for its project and for its kind, for as long as it is not slow. */
  #countWithOthers({ projectId, channelKind }: DueDelivery): () => void {
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

  /** Resolves when the channel takes another message. */
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

  // What a quick receiver took stays in its place until that is recorded: a crash repeats no more than is here.
  #answered(channel: Channel, of: { begun: Begun; most: number }): void {
    of.begun.isAnswered = true;
    channel.silentMs = 0;
    channel.answersMs = [...channel.answersMs.slice(1 - ANSWERS_KEPT), this.#options.now() - of.begun.at];
    if (!isQuick(channel)) this.#leave(channel, of);
  }

  #leave(channel: Channel, { begun, most }: { begun: Begun; most: number }): void {
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
      // What is answered and not recorded yet waits for us: that is no silence.
      const oldest = [...channel.begun].find(({ isAnswered }) => !isAnswered);
      if (!isLate && oldest !== undefined) channel.silentMs = Math.max(channel.silentMs, now() - oldest.at);
      // Answers that lie in the sockets are read before it is decided.
      setImmediate(() =>
        setImmediate(() => {
          this.#startNext(channel, most);
          // More may be claimed for a receiver that is known to be slow.
          this.#freed();
        }),
      );
    }, SILENCE_STEP_MS);
  }

  /** What a slow receiver was like is worth keeping; a map of all that ever was is not. */
  #forget(key: string, channel: Channel): void {
    clearTimeout(channel.timer);
    if (isQuick(channel) || this.#channels.size > CHANNELS_KEPT) this.#channels.delete(key);
  }
}

/** How many there are of each name; names without any are forgotten. */
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

/** An alert does not wait for the answer to an informational message, nor for one that may end its process. */
function channelKey({ channelId, isInformational, poisonAttempts }: DueDelivery): string {
  return `${channelId} ${isInformational ? "informational" : "alerts"} ${poisonAttempts}`;
}
