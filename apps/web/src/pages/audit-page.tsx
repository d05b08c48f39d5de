import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { InferResponseType } from "hono/client";

import { parseResponse, projectApi } from "../api/client.ts";
import { pagedQuery } from "../api/paging.ts";
import { type Column, Dimmed, TableCard } from "../ui/data-table.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { ExactTime } from "../ui/time.tsx";

type AuditEntry = InferResponseType<typeof projectApi.audit.$get, 200>["items"][number];

const auditQuery = (projectId: string) =>
  pagedQuery(["projects", projectId, "audit"], (query) =>
    parseResponse(projectApi.audit.$get({ param: { projectId }, query })),
  );

/** Who changed what in a project, newest first. */
export function AuditPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/audit" });
  return (
    <Page
      title="Audit"
      lead="Who changed what, kept for 400 days. Values are not kept, because they may be secret."
      back={
        <TextLink to="/projects/$projectId/settings" params={{ projectId }}>
          <BackArrow />
          Settings
        </TextLink>
      }
    >
      <TableCard
        query={useInfiniteQuery(auditQuery(projectId))}
        empty="Nothing was changed yet."
        columns={COLUMNS}
        rowKey={({ id }) => id}
      />
    </Page>
  );
}

const COLUMNS: Column<AuditEntry>[] = [
  { head: "When", cell: ({ at }) => <ExactTime at={at} /> },
  {
    head: "Who",
    look: "wide",
    cell: ({ actor, address }) => (
      <>
        {actor.kind === "key" ? `key “${actor.name}”` : actor.name}
        {address !== null && <Dimmed> from {address}</Dimmed>}
      </>
    ),
  },
  { head: "What", cell: ({ action }) => action.replace(".", ": ").replaceAll("-", " ") },
  { head: "To", look: "wide", cell: ({ object }) => object.name || "–" },
  { head: "Fields", look: "wide", cell: ({ fields }) => fields.join(", ") || "–" },
];
