import type { Instant } from "../../src/index.ts";
import { SECOND } from "../history/history.ts";
import type { Book } from "./book.ts";
import type { Moment } from "./moments.ts";
import { firstMet } from "./slots.ts";

type Heard = Extract<Moment, { kind: "start" | "end" | "log" }>;

/** Rule 32: the slot that this begins was begun by another host. */
export function twoHosts(book: Book, { at, ping: { host } }: Heard): boolean {
  const dueAt = slotOf(book, at);
  if (dueAt === null || host === null) return false;
  const first = book.hosts.get(dueAt) ?? host;
  book.hosts.set(dueAt, first);
  return first !== host && book.settings.hostDuplicates === "alert";
}

/** Rule 33: more came within the window, or since the slot began, than may. */
export function tooOften(book: Book, heard: Heard): boolean {
  const { tooOften: limit } = book.settings;
  if (limit === null || (limit.of === "runs" && !isRun(heard))) return false;
  const dueAt = limit.windowSeconds === null ? slotOf(book, heard.at) : null;
  const sameSlot = dueAt === book.burst.dueAt ? book.burst.at : [];
  const windowMs = (limit.windowSeconds ?? Infinity) * SECOND;
  book.burst = {
    dueAt,
    at: [...sameSlot.filter((at) => at > heard.at - windowMs), heard.at].slice(-limit.count - 1),
  };
  return book.burst.at.length > limit.count;
}

function isRun(heard: Heard): boolean {
  return heard.kind === "start" || (heard.kind === "end" && heard.run.startedAt === null);
}

/** The slot that something falls into: the next one where it is due or near, else the one before. */
function slotOf(book: Book, at: Instant): Instant | null {
  if (book.slotAt === null) return book.last?.dueAt ?? null;
  return firstMet(book, at) ?? book.last?.dueAt ?? null;
}
