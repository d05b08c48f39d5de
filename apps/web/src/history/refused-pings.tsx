import { visibleText } from "@overdue/core";
import { Button } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { useSaveCheck } from "../checks/check-queries.ts";
import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { useCanEdit } from "../ui/role.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
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

/** The refused pings of a project, those without a check included. */
export function RefusedPingsOfProject({ projectId }: { projectId: string }) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId }));
  const columns = useCanEdit() ? [...COLUMNS, createColumn(projectId)] : COLUMNS;
  return <TableCard query={query} empty="Every ping counted." columns={columns} rowKey={({ id }) => id} />;
}

function createColumn(projectId: string): Column<RefusedPing> {
  return {
    head: "Check",
    cell: ({ missingSlug }) =>
      missingSlug !== null && <CreateCheckButton projectId={projectId} slug={missingSlug} />,
  };
}

/** A check made by its first ping is due once a day, too. */
const FIRST = { schedule: { kind: "interval", everySeconds: 86_400 }, graceSeconds: 3_600 } as const;

/** Makes the check that pings name already, and opens its form: only people know when the job is due. */
function CreateCheckButton({ projectId, slug }: { projectId: string; slug: string }) {
  const save = useSaveCheck(projectId);
  const navigate = useNavigate();
  const create = () =>
    save.mutate(
      { edited: null, draft: { ...FIRST, name: slug, slug } },
      {
        onSuccess: ({ id: checkId }) => {
          void navigate({
            to: "/projects/$projectId/checks/$checkId/edit",
            params: { projectId, checkId },
          });
        },
        onError: toast.error,
      },
    );
  return (
    <Button size="compact-sm" variant="default" loading={save.isPending} onClick={create}>
      Create {slug}
    </Button>
  );
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
  method: "This check counts only POST. The ping got an OK and was ignored.",
  "no-keyword": "The body has none of the check's keywords. The ping got an OK and was ignored.",
  paused: "The check is paused until somebody resumes it. The ping got an OK and was ignored.",
};

export function refusedPingText(reason: RefusedPing["reason"]): string {
  return REASON_SENTENCES[reason];
}

const NOTE_TEXTS: Record<string, string> = {
  "link-preview": "a program that previews links",
  method: "only POST counts",
  "no-keyword": "none of the keywords",
  paused: "paused until somebody resumes it",
  duplicate: "the same ping again",
  "out-of-order": "arrived out of order",
  "body-broken-off": "the connection was lost during the body",
  "body-too-slow": "the body took too long; this is the part that arrived",
};

/** The note of a ping in words; an unknown note is returned as it is. */
export function pingNoteText(note: string): string {
  return NOTE_TEXTS[note] ?? note;
}
