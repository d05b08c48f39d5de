import { everyMs, type Instant } from "@overdue/schedules";
import { MINUTE, SECOND } from "../history/history.ts";
import type { Book } from "./book.ts";
import type { Moment } from "./moments.ts";
import { findUnmet, firstMet, hasShared, isBackToBack } from "./slots.ts";

type PingMoment = Extract<Moment, { kind: "start" | "end" | "log" }>;

/** Rule 32: notes the host. Returns whether the slot that this ping belongs to was begun by another host. */
export function noteHost(book: Book, { at, ping: { host } }: PingMoment): boolean {
  if (host === null) return false;
  const turn = turnAt(book, at);
  const first = book.hosts.get(turn) ?? host;
  book.hosts.set(turn, first);
  return first !== host && book.settings.hostDuplicates === "alert";
}

/** Rule 33: counts the ping. Returns whether more came within the window, or since the slot began, than may. */
export function countTowardsTooOften(book: Book, moment: PingMoment): boolean {
  const { tooOften: limit } = book.settings;
  if (limit === null || (limit.of === "runs" && !isRun(moment))) return false;
  const begunAt = moment.kind === "end" ? moment.begunAt : moment.at;
  if (moment.kind === "end" && book.slots.get(moment.run.slotDueAt ?? NaN)?.outcome === "missed")
    return false;
  if (moment.kind !== "log" && isBackToBack(book, { begunAt })) return false;
  const turn = limit.windowSeconds === null ? turnOf(book, begunAt) : null;
  if (turn !== null && begunAt < moment.at && turn < (book.burst.turn ?? turn)) return false;
  const sameSlot = turn === book.burst.turn ? book.burst.at : [];
  const windowMs = (limit.windowSeconds ?? Infinity) * SECOND;
  const within = [...sameSlot.filter((at) => at > moment.at - windowMs), moment.at].slice(-limit.count - 1);
  const isTooMany = within.length > limit.count;
  // A run that is made up for an earlier slot is never one too many.
  if (isTooMany && (findUnmet(book, begunAt) !== undefined || hasShared(book, begunAt))) return false;
  book.burst = { turn, at: within };
  return isTooMany;
}

/** The turn of something that may have begun a while ago; -1 if it is older than the slot settled last. */
function turnOf(book: Book, at: Instant): number {
  const { last, slotAt, settings } = book;
  const isDecided = last !== null && (last.outcome === "missed" || book.final.has(last.dueAt));
  const isForNext = at === last?.at && slotAt !== null && (at >= slotAt || isDecided);
  if (last === null || at > last.at || isForNext) return turnAt(book, at);
  const { schedule } = settings;
  const intervalMs = everyMs(schedule);
  const ahead = slotAt === null ? 0 : Math.min(MINUTE, (slotAt - last.dueAt) / 10);
  const from = last.dueAt - (intervalMs === null ? ahead : intervalMs / 2);
  return at < from ? -1 : book.turn;
}

function isRun(moment: PingMoment): boolean {
  return moment.kind === "start" || (moment.kind === "end" && moment.run.startedAt === null);
}

/** The turn that an instant falls into: that of the next slot if that is due or near, else the one before. */
function turnAt(book: Book, at: Instant): number {
  return book.slotAt !== null && firstMet(book, at) !== null ? book.turn + 1 : book.turn;
}
