import type { RateLimit } from "@overdue/channels";
import type { DueDelivery } from "@overdue/db";

import { openPlaces, type Places } from "./places.ts";

/**
 * What this process has been told to deliver, and how much of it at once: every channel has a lane of its own that is
 * as wide and as quick as its provider allows, and lanes take turns, so that neither a slow channel nor a busy project
 * holds up the others. Only ids wait here; what is lost with the process is found again in PostgreSQL.
 */
export type Lanes = {
  /** Takes a delivery in, unless it is here already or there is no room. */
  add(due: DueDelivery): void;
  /** All that wait or are under way here. */
  ids(): string[];
  /** Those that wait for one channel. */
  waitingIn(channelId: string): string[];
  /** Of those that wait for a channel, lets go all but these. */
  keep(channelId: string, ids: ReadonlySet<string>): void;
  /** Starts nothing more; resolves once nothing is under way. */
  stop(): Promise<void>;
};

/**
 * `wasSent` false: nothing was asked of the provider, so its pace is as it was. `opensInMs` above 0: it was too soon, and
 * waits here again.
 */
export type Done = (due: DueDelivery, wasSent: boolean, opensInMs?: number) => void;

export type LaneOptions = {
  /**
   * Begins to deliver these. Calls `done` once for each, whatever became of it. Until it resolves nothing more is
   * started, so that what becomes free meanwhile starts together.
   */
  start(batch: readonly DueDelivery[], done: Done): Promise<void>;
  paceOf(channelKind: string): RateLimit;
  /** Milliseconds. */
  now?: () => number;
  atOnce?: number;
  atOncePerProject?: number;
  /** From when on a delivery holds nobody up but its own channel. */
  slowAfterMs?: number;
};

/** Two rows to one door: alerts, and what is quiet, which has its turn where no alert waits. */
type Row = { waiting: DueDelivery[]; underWay: number };
type Lane = { kind: string; alerts: Row; quiet: Row; opensAt: number };

const AT_ONCE = 1_000;
const AT_ONCE_PER_PROJECT = 500;
const SLOW_AFTER_MS = 15_000;
const WAITING = 50_000;
const BATCH = 200;
/** Of all places so many are never taken by what is quiet. */
const KEPT_FOR_ALERTS = 0.5;
/** Those that were under way when a process died: few the first time, one alone after that, to find who it was. */
const SUSPECTS_AT_ONCE = [16, 1];
const WIDE = 50;
const AHEAD = 1.5;

export function openLanes(options: LaneOptions): Lanes {
  return new OpenLanes(options);
}

class OpenLanes implements Lanes {
  readonly #options: Required<LaneOptions>;
  readonly #lanes = new Map<string, Lane>();
  readonly #here = new Set<string>();
  readonly #places: Places;
  readonly #kindOpensAt = new Map<string, number>();
  readonly #idle: (() => void)[] = [];
  #underWay = 0;
  #suspects = 0;
  #pumping = false;
  #starting = false;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: LaneOptions) {
    const usual = { atOnce: AT_ONCE, atOncePerProject: AT_ONCE_PER_PROJECT, slowAfterMs: SLOW_AFTER_MS };
    this.#options = { ...usual, now: () => performance.now(), ...options };
    this.#places = openPlaces(this.#options.slowAfterMs, () => this.#pumpSoon());
  }

  add(due: DueDelivery): void {
    if (this.#stopped || this.#here.has(due.deliveryId) || this.#here.size >= roomFor(due, WAITING)) return;
    this.#here.add(due.deliveryId);
    const name = laneName(due);
    const lane = this.#lanes.get(name) ?? {
      kind: due.channelKind,
      alerts: { waiting: [], underWay: 0 },
      quiet: { waiting: [], underWay: 0 },
      opensAt: -Infinity,
    };
    rowOf(lane, due).waiting.push(due);
    this.#lanes.set(name, lane);
    this.#pumpSoon();
  }

  ids(): string[] {
    return [...this.#here];
  }

  waitingIn(channelId: string): string[] {
    const lane = this.#lanes.get(channelId);
    return lane === undefined ? [] : rowsOf(lane).flatMap(({ waiting }) => waiting.map(idOf));
  }

  keep(channelId: string, ids: ReadonlySet<string>): void {
    const lane = this.#lanes.get(channelId);
    if (lane === undefined) return;
    for (const row of rowsOf(lane)) {
      for (const id of row.waiting.map(idOf)) if (!ids.has(id)) this.#here.delete(id);
      row.waiting = row.waiting.filter((due) => ids.has(idOf(due)));
    }
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#timer);
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    this.#places.close();
  }

  /** Those that are added together start together, in few statements. */
  #pumpSoon(): void {
    if (this.#pumping) return;
    this.#pumping = true;
    setImmediate(() => {
      this.#pumping = false;
      this.#pump();
    });
  }

  #pump(): void {
    if (this.#stopped || this.#starting) return;
    // One look at the clock: a lane that opens between two would be neither started nor waited for.
    const now = this.#options.now();
    const batch = this.#nextBatch(now);
    if (batch.length > 0) this.#start(batch);
    this.#pumpWhenNextOpens(now);
  }

  #start(batch: readonly DueDelivery[]): void {
    this.#starting = true;
    void this.#options
      .start(batch, (due, wasSent, opensInMs = 0) => this.#done(due, wasSent, opensInMs))
      .finally(() => {
        this.#starting = false;
        this.#pumpSoon();
      });
  }

  #nextBatch(now: number): DueDelivery[] {
    const batch: DueDelivery[] = [];
    this.#takeInTurns(batch, now, (lane) => lane.alerts.waiting[0]);
    this.#takeInTurns(batch, now, ({ alerts, quiet }) =>
      alerts.waiting.length > 0 ? undefined : quiet.waiting[0],
    );
    return batch;
  }

  /** One from each lane that has room, round after round. Lanes that had their turn go to the end. */
  #takeInTurns(batch: DueDelivery[], now: number, firstOf: (lane: Lane) => DueDelivery | undefined): void {
    let took = true;
    while (took && batch.length < BATCH) {
      took = false;
      for (const [name, lane] of Array.from(this.#lanes)) {
        const due = firstOf(lane);
        if (due === undefined || batch.length >= BATCH) continue;
        if (this.#opensAt(lane) > now || !this.#hasRoom(lane, due)) continue;
        this.#take(lane, due, now);
        batch.push(due);
        took = true;
        this.#lanes.delete(name);
        this.#lanes.set(name, lane);
      }
    }
  }

  #take(lane: Lane, due: DueDelivery, now: number): void {
    const row = rowOf(lane, due);
    row.waiting.shift();
    row.underWay += 1;
    this.#underWay += 1;
    if (due.crashes > 0) this.#suspects += 1;
    this.#places.take(due);
    this.#closeForAMoment(lane, now);
  }

  #hasRoom(lane: Lane, due: DueDelivery): boolean {
    const { atOnce, atOncePerProject, paceOf } = this.#options;
    const { projectId, crashes, isQuiet } = due;
    return (
      (crashes === 0 || this.#suspects < (SUSPECTS_AT_ONCE[crashes - 1] ?? 1)) &&
      this.#places.inAll() < roomFor(due, atOnce) &&
      this.#places.ofProject(projectId) < roomFor(due, atOncePerProject) &&
      rowOf(lane, due).underWay < (isQuiet ? 1 : claimedAtOnce(paceOf(lane.kind)))
    );
  }

  #opensAt(lane: Lane): number {
    return Math.max(lane.opensAt, this.#kindOpensAt.get(lane.kind) ?? -Infinity);
  }

  #closeForAMoment(lane: Lane, now: number): void {
    const { perSecond, perSecondInAll } = this.#options.paceOf(lane.kind);
    lane.opensAt = openAfter(lane.opensAt, now, perSecond);
    this.#kindOpensAt.set(
      lane.kind,
      openAfter(this.#kindOpensAt.get(lane.kind) ?? -Infinity, now, perSecondInAll),
    );
  }

  /** What was told by another's message on the way leaves its turn to the next, of its channel and of its kind. */
  #giveBack(lane: Lane | undefined, kind: string): void {
    const { perSecond, perSecondInAll } = this.#options.paceOf(kind);
    if (lane !== undefined) lane.opensAt -= 1_000 / perSecond;
    this.#kindOpensAt.set(kind, (this.#kindOpensAt.get(kind) ?? 0) - 1_000 / perSecondInAll);
  }

  #done(due: DueDelivery, wasSent: boolean, opensInMs: number): void {
    if (opensInMs === 0) this.#here.delete(due.deliveryId);
    this.#underWay -= 1;
    if (due.crashes > 0) this.#suspects -= 1;
    this.#places.leave(due);
    const lane = this.#lanes.get(laneName(due));
    if (lane !== undefined) rowOf(lane, due).underWay -= 1;
    if (!wasSent) this.#giveBack(lane, due.channelKind);
    if (opensInMs > 0) this.#waitAgain(lane, due, opensInMs);
    if (this.#underWay === 0) for (const resolve of this.#idle.splice(0)) resolve();
    this.#pumpSoon();
  }

  /** Another checker sends there too, and was first. */
  #waitAgain(lane: Lane | undefined, due: DueDelivery, opensInMs: number): void {
    if (lane === undefined) return void this.#here.delete(due.deliveryId);
    rowOf(lane, due).waiting.unshift(due);
    lane.opensAt = Math.max(lane.opensAt, this.#options.now() + opensInMs);
  }

  /** Forgets lanes that are empty and open, and comes back for the first that is closed for its pace alone. */
  #pumpWhenNextOpens(now: number): void {
    clearTimeout(this.#timer);
    let next = Number.POSITIVE_INFINITY;
    for (const [name, lane] of this.#lanes) {
      if (lane.alerts.waiting.length + lane.quiet.waiting.length === 0) {
        if (underWayIn(lane) === 0 && lane.opensAt <= now) this.#lanes.delete(name);
      } else if (this.#opensAt(lane) > now) next = Math.min(next, this.#opensAt(lane));
    }
    if (next < Number.POSITIVE_INFINITY) this.#timer = setTimeout(() => this.#pump(), Math.ceil(next - now));
  }
}

/** Suspects have a lane of their own, so that nobody waits behind them. */
function laneName({ channelId, crashes }: DueDelivery): string {
  return crashes === 0 ? channelId : `${channelId} ${crashes}`;
}

function rowOf(lane: Lane, { isQuiet }: DueDelivery): Row {
  return isQuiet ? lane.quiet : lane.alerts;
}

function rowsOf({ alerts, quiet }: Lane): Row[] {
  return [alerts, quiet];
}

function underWayIn({ alerts, quiet }: Lane): number {
  return alerts.underWay + quiet.underWay;
}

function idOf({ deliveryId }: DueDelivery): string {
  return deliveryId;
}

function roomFor({ isQuiet }: DueDelivery, places: number): number {
  return isQuiet ? places * (1 - KEPT_FOR_ALERTS) : places;
}

/** A wide lane claims ahead of what its gate lets through, so that no place stays empty while the next are claimed. */
function claimedAtOnce({ concurrency }: RateLimit): number {
  return concurrency < WIDE ? concurrency : Math.ceil(concurrency * AHEAD);
}

/** Quick lanes may begin with 50 ms' worth at once, so that a timer's coarseness costs them nothing. */
function openAfter(opensAt: number, now: number, perSecond: number): number {
  const gapMs = 1_000 / perSecond;
  return Math.max(opensAt, gapMs < 50 ? now - 50 : now) + gapMs;
}
