import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { AuditList } from "../audit/audit-list.tsx";
import { auditQuery } from "../audit/audit-queries.ts";
import { Card } from "../ui/card.tsx";
import { Listing } from "../ui/listing.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

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
