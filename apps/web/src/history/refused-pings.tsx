import { useInfiniteQuery } from "@tanstack/react-query";

import { refusedPingText } from "../text/ping-text.ts";
import { visibleText } from "@overdue/core";
import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { RelativeTime } from "../ui/time.tsx";
import { type RefusedPing, refusedPingsQuery } from "./history-queries.ts";

/** On a check's page: its pings that did not count; nothing where there was none. */
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

/** Every ping that named the project and did not count. */
export function RefusedPingsOfProject({ projectId }: { projectId: string }) {
  const query = useInfiniteQuery(refusedPingsQuery({ projectId }));
  return <TableCard query={query} empty="Every ping counted." columns={COLUMNS} rowKey={({ id }) => id} />;
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
