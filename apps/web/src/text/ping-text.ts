import { explainExit } from "@overdue/core";

import type { RefusedPing } from "../history/history-queries.ts";

/** Why a ping did not count, and what to do about it. */
const SENTENCES: Record<RefusedPing["reason"], string> = {
  "unknown-slug": "No check of this project has this slug. Create the check, or add ?create=1 to the URL.",
  "unknown-path": "The URL goes on with something that is no action: start, fail, log or an exit status.",
  "invalid-slug": "A slug has small letters, digits, - and _ only, at most 100 of them.",
  "invalid-exit-status": "An exit status is a number from 0 to 255.",
  "invalid-run-id": "rid must be a UUID.",
  "ambiguous-slug": "Several checks have this slug. Give each its own, or ping by UUID.",
  "other-dialect":
    "The query says in another monitor's words what happened. Say it in the path: /start, /fail, /<exit status>, or the bare URL for a success.",
  "malformed-request": "The request could not be read as HTTP.",
  "too-many": "Further refused pings of the same minute, which are not listed singly.",
  "link-preview": "A program that previews links opened the URL. It was answered OK and ignored.",
  method: "This check counts POST alone. The ping was answered OK and ignored.",
  "no-keyword": "The body has none of the check's keywords. The ping was answered OK and ignored.",
  paused: "The check is paused and waits to be resumed by hand. The ping was answered OK and ignored.",
};

export function refusedPingText(reason: RefusedPing["reason"]): string {
  return SENTENCES[reason];
}

/** What a ping's note says to a person; a note without a sentence stands as it is. */
const NOTES: Record<string, string> = {
  "link-preview": "a program that previews links",
  method: "only POST counts",
  "no-keyword": "none of the keywords",
  paused: "paused until resumed by hand",
  duplicate: "the same ping again",
  "out-of-order": "arrived out of order",
  "body-broken-off": "the connection broke off in the body",
  "body-too-slow": "the body took too long; this is what came",
};

export function pingNoteText(note: string): string {
  return NOTES[note] ?? note;
}

/** "137 (killed: out of memory)": an exit status with what it usually means, where that says more than the number. */
export function exitMeaning(status: number): string {
  const title = explainExit(status)?.title ?? "";
  return title === "" || title.includes(`status ${status}`) ? String(status) : `${status} (${title})`;
}
