import type { Instant } from "@overdue/schedules";
import { MINUTE, SECOND } from "../history/history.ts";
import type { Book } from "./book.ts";
import type { Moment } from "./moments.ts";
import { firstMet, findUnmet, hasShared, isBackToBack } from "./slots.ts";

type Heard = Extract<Moment, { kind: "start" | "end" | "log" }>;

/** Rule 32: the slot that this begins was begun by another host. */
export function isOtherHost(book: Book, { at, ping: { host } }: Heard): boolean {
  if (host === null) return false;
  const turn = turnAt(book, at);
  const first = book.hosts.get(turn) ?? host;
  book.hosts.set(turn, first);
  return first !== host && book.settings.hostDuplicates === "alert";
}

/** Rule 33: more came within the window, or since the slot began, than may. */
export function isTooOften(book: Book, heard: Heard): boolean {
  const { tooOften: limit } = book.settings;
  if (limit === null || (limit.of === "runs" && !isRun(heard))) return false;
  const begunAt = heard.kind === "end" ? heard.begunAt : heard.at;
  if (heard.kind === "end" && book.slots.get(heard.run.slotDueAt ?? NaN)?.outcome === "missed") return false;
  if (heard.kind !== "log" && isBackToBack(book, { begunAt })) return false;
  const turn = limit.windowSeconds === null ? turnOf(book, begunAt) : null;
  if (turn !== null && begunAt < heard.at && turn < (book.burst.turn ?? turn)) return false;
  const sameSlot = turn === book.burst.turn ? book.burst.at : [];
  const windowMs = (limit.windowSeconds ?? Infinity) * SECOND;
  const within = [...sameSlot.filter((at) => at > heard.at - windowMs), heard.at].slice(-limit.count - 1);
  const isTooMany = within.length > limit.count;
  // One that is made up for a slot from before is none too many.
  if (isTooMany && (findUnmet(book, begunAt) !== undefined || hasShared(book, begunAt))) return false;
  book.burst = { turn, at: within };
  return isTooMany;
}

/** The turn of something that may have begun a while ago: what is older than the slot settled last is of none. */
function turnOf(book: Book, at: Instant): number {
  const { last, slotAt, settings } = book;
  const isDecided = last !== null && (last.outcome === "missed" || book.final.has(last.dueAt));
  const isForNext = at === last?.at && slotAt !== null && (at >= slotAt || isDecided);
  if (last === null || at > last.at || isForNext) return turnAt(book, at);
  const { schedule } = settings;
  const isInterval = schedule.kind === "interval";
  const ahead = slotAt === null ? 0 : Math.min(MINUTE, (slotAt - last.dueAt) / 10);
  const from = last.dueAt - (isInterval ? (schedule.everySeconds * SECOND) / 2 : ahead);
  return at < from ? -1 : book.turn;
}

function isRun(heard: Heard): boolean {
  return heard.kind === "start" || (heard.kind === "end" && heard.run.startedAt === null);
}

/** The turn that something falls into: that of the next slot where it is due or near, else the one before. */
function turnAt(book: Book, at: Instant): number {
  return book.slotAt !== null && firstMet(book, at) !== null ? book.turn + 1 : book.turn;
}
