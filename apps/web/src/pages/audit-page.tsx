import { infiniteQueryOptions, useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import type { InferResponseType } from "hono/client";

import { Card } from "../ui/card.tsx";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { Exact } from "../ui/time.tsx";
import tables from "../ui/table.module.css";
import { answerOf, inProject } from "../api/client.ts";
import { pageQuery } from "../api/pages.ts";

export function AuditPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/audit" });
  const query = useInfiniteQuery(auditQuery(projectId));
  return (
    <Page
      title="Audit"
      lead="Who changed what, kept for 400 days. Values are not kept, for they may be secret."
      back={
        <TextLink to="/projects/$projectId/settings" params={{ projectId }}>
          <BackArrow />
          Settings
        </TextLink>
      }
    >
      <Card>
        <Listing query={query} empty="Nothing was changed yet.">
          {(entries) => <AuditList entries={entries} />}
        </Listing>
        <MoreButton {...query} />
      </Card>
    </Page>
  );
}

/** Who changed what, when and from where. */
function AuditList({ entries }: { entries: readonly AuditEntry[] }) {
  return (
    <div className={tables["scroll"]}>
      <table className={tables["table"]}>
        <thead>
          <tr>
            <th>When</th>
            <th>Who</th>
            <th>What</th>
            <th>To</th>
            <th>Fields</th>
          </tr>
        </thead>
        <tbody>
          {entries.map((entry) => (
            <tr key={entry.id}>
              <td>
                <Exact at={entry.at} />
              </td>
              <td className={tables["wide"]}>
                {entry.actor.kind === "key" ? `key “${entry.actor.name}”` : entry.actor.name}
                {entry.address !== null && <span className={tables["dimmed"]}> from {entry.address}</span>}
              </td>
              <td>{entry.action.replace(".", ": ").replaceAll("-", " ")}</td>
              <td className={tables["wide"]}>{entry.object.name || "–"}</td>
              <td className={tables["wide"]}>{entry.fields.join(", ") || "–"}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

type AuditEntry = InferResponseType<typeof inProject.audit.$get, 200>["items"][number];

const PER_PAGE = 50;

/** Who changed what in a project, newest first. */
const auditQuery = (projectId: string) =>
  infiniteQueryOptions({
    queryKey: ["projects", projectId, "audit"],
    queryFn: ({ pageParam }) =>
      answerOf(inProject.audit.$get({ param: { projectId }, query: pageQuery(pageParam, PER_PAGE) })),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });

const firstPage = (): string | null => null;
