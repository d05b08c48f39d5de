import { SegmentedControl } from "@mantine/core";
import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { IncidentList } from "../incidents/incident-list.tsx";
import { allIncidentsQuery, openIncidentsQuery } from "../incidents/incident-queries.ts";
import { Listing } from "../ui/listing.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { Page } from "../ui/page.tsx";

const SHOWN = [
  { value: "open", label: "Open" },
  { value: "all", label: "All" },
];

export function IncidentsPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/incidents" });
  const { state } = useSearch({ from: "/signed-in/projects/$projectId/incidents" });
  const navigate = useNavigate({ from: "/projects/$projectId/incidents" });
  return (
    <Page
      title="Incidents"
      lead="One opens when a check goes down, and is over when it recovers."
      actions={
        <SegmentedControl
          aria-label="Which incidents"
          data={SHOWN}
          value={state ?? "open"}
          onChange={(chosen) =>
            void navigate({ search: chosen === "all" ? { state: "all" } : {}, replace: true })
          }
        />
      }
    >
      {state === "all" ? <AllIncidents projectId={projectId} /> : <OpenIncidents projectId={projectId} />}
    </Page>
  );
}

function OpenIncidents({ projectId }: { projectId: string }) {
  const query = useQuery({ ...openIncidentsQuery(projectId) });
  const { data, ...rest } = query;
  return (
    <div>
      <Listing query={{ ...rest, data: data?.items }} empty="Nothing is down: no incident is open.">
        {(incidents) => <IncidentList projectId={projectId} incidents={incidents} />}
      </Listing>
      {data?.next && <p>Only the newest 200 are shown; “All” lists the others.</p>}
    </div>
  );
}

function AllIncidents({ projectId }: { projectId: string }) {
  const query = useInfiniteQuery(allIncidentsQuery(projectId));
  return (
    <div>
      <Listing query={query} empty="No incident yet.">
        {(incidents) => <IncidentList projectId={projectId} incidents={incidents} />}
      </Listing>
      <MoreButton {...query} />
    </div>
  );
}
