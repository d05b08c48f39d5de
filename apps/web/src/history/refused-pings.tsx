import { visibleText } from "@overdue/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import type { ReactNode } from "react";

import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { type RefusedPing, refusedPingsQuery } from "./history-queries.ts";

/** The refused pings of a check, for its page; renders nothing if there are none. */
export function RefusedPingsOfCheck({ projectId, checkId }: { projectId: string; checkId: string }) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId, checkId }));
  if (!query.data || query.data.length === 0) return null;
  return (
    <TableCard
      title="Pings that did not count"
      query={query}
      empty=""
      columns={COLUMNS}
      rowKey={({ id }) => id}
    />
  );
}

type OfProject = {
  projectId: string;
  /** Offers to create the check that pings name; null for people who cannot. */
  createButton: ((missing: MissingCheck) => ReactNode) | null;
};

/** How pings name a check that is not there. */
export type MissingCheck = { slug: string } | { alias: NonNullable<RefusedPing["missingToken"]> };

/** The refused pings of a project, those without a check included. */
export function RefusedPingsOfProject({ projectId, createButton }: OfProject) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId }));
  const columns = createButton === null ? COLUMNS : [...COLUMNS, createColumn(createButton)];
  return <TableCard query={query} empty="Every ping counted." columns={columns} rowKey={({ id }) => id} />;
}

function createColumn(createButton: (missing: MissingCheck) => ReactNode): Column<RefusedPing> {
  return {
    head: "Check",
    cell: ({ missingSlug: slug, missingToken: alias }) =>
      slug !== null ? createButton({ slug }) : alias !== null && createButton({ alias }),
  };
}

const COLUMNS: Column<RefusedPing>[] = [
  { head: "Last", cell: ({ lastAt }) => <RelativeTime at={lastAt} /> },
  { head: "Times", cell: ({ count }) => count.toLocaleString("en") },
  {
    head: "URL after the key",
    look: "wide",
    cell: ({ asked }) => (asked === "" ? "–" : <code>{visibleText(asked)}</code>),
  },
  { head: "Why", look: "wide", cell: ({ reason }) => refusedPingText(reason) },
  {
    head: "From",
    look: "wide",
    cell: ({ remoteAddress, method, userAgent }) => (
      <>
        {remoteAddress ?? "unknown"}{" "}
        <Dimmed>{[method, userAgent].filter((text) => text !== "").join(" · ")}</Dimmed>
      </>
    ),
  },
];

/** Why a ping did not count, and what to do about it. */
const REASON_SENTENCES: Record<RefusedPing["reason"], string> = {
  "unknown-slug": "No check of this project has this slug. Create the check, or add ?create=1 to the URL.",
  "over-plan":
    "It would have made a check, and the plan of the organization allows no more. Delete one that is no longer needed, or see the organization’s page.",
  "unknown-token":
    "No check has this token of another product. Create the check, or enter the token on the page of its check.",
  "unknown-path": "The end of the URL is not an action. Use start, fail, log or an exit status.",
  "invalid-slug": "A slug consists of at most 100 lower-case letters, digits, - and _.",
  "invalid-exit-status": "An exit status is a number from 0 to 255.",
  "invalid-run-id": "rid must be a UUID.",
  "ambiguous-slug": "Several checks have this slug. Give each its own, or ping by UUID.",
  "other-dialect":
    "The query uses the parameters of another monitor. Use the path instead: /start, /fail, /<exit status>, or the bare URL for a success.",
  "malformed-request": "The request could not be read as HTTP.",
  "too-many": "More refused pings within the same minute, which are not listed one by one.",
  "link-preview": "A program that previews links opened the URL. It got an OK and was ignored.",
  "too-old": "The ping says that it happened more than 7 days ago. It got an OK and was ignored.",
  method: "This check counts only POST. The ping got an OK and was ignored.",
  "no-keyword": "The body has none of the check's keywords. The ping got an OK and was ignored.",
  paused: "The check is paused until somebody resumes it. The ping got an OK and was ignored.",
};

export function refusedPingText(reason: RefusedPing["reason"]): string {
  return REASON_SENTENCES[reason];
}

const NOTE_TEXTS: Record<string, string> = {
  "link-preview": "a program that previews links",
  "too-old": "happened more than 7 days ago",
  method: "only POST counts",
  "no-keyword": "none of the keywords",
  paused: "paused until somebody resumes it",
  duplicate: "the same ping again",
  "out-of-order": "arrived out of order",
  "no-room-for-body": "stored without its body: the disk was nearly full",
  "body-broken-off": "the connection was lost during the body",
  "body-too-slow": "the body took too long; this is the part that arrived",
};

/** The note of a ping in words; an unknown note is returned as it is. */
export function pingNoteText(note: string): string {
  return NOTE_TEXTS[note] ?? note;
}
