import type { Instant } from "../../src/index.ts";
import { SECOND } from "../history/history.ts";
import type { Book } from "./book.ts";
import type { Moment } from "./moments.ts";
import { firstMet } from "./slots.ts";

type Heard = Extract<Moment, { kind: "start" | "end" | "log" }>;

/** Rule 32: the slot that this begins was begun by another host. */
export function twoHosts(book: Book, { at, ping: { host } }: Heard): boolean {
  if (host === null) return false;
  const turn = turnAt(book, at);
  const first = book.hosts.get(turn) ?? host;
  book.hosts.set(turn, first);
  return first !== host && book.settings.hostDuplicates === "alert";
}

/** Rule 33: more came within the window, or since the slot began, than may. */
export function tooOften(book: Book, heard: Heard): boolean {
  const { tooOften: limit } = book.settings;
  if (limit === null || (limit.of === "runs" && !isRun(heard))) return false;
  const turn = limit.windowSeconds === null ? turnAt(book, heard.at) : null;
  const sameSlot = turn === book.burst.turn ? book.burst.at : [];
  const windowMs = (limit.windowSeconds ?? Infinity) * SECOND;
  book.burst = {
    turn,
    at: [...sameSlot.filter((at) => at > heard.at - windowMs), heard.at].slice(-limit.count - 1),
  };
  return book.burst.at.length > limit.count;
}

function isRun(heard: Heard): boolean {
  return heard.kind === "start" || (heard.kind === "end" && heard.run.startedAt === null);
}

/** The turn that something falls into: that of the next slot where it is due or near, else the one before. */
function turnAt(book: Book, at: Instant): number {
  return book.slotAt !== null && firstMet(book, at) !== null ? book.turn + 1 : book.turn;
}
