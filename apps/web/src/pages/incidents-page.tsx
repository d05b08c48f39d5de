import { useInfiniteQuery, useQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { IncidentList } from "../incidents/incident-list.tsx";
import {
  allIncidentsQuery,
  openIncidentsQuery,
  stormIncidentsQuery,
  stormQuery,
} from "../incidents/incident-queries.ts";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";
import { openText, sortByNeed, stormTitle } from "../incidents/incident-text.ts";
import { useComputedFromNow } from "../time/clock.ts";
import { ExactTime } from "../ui/time.tsx";
import { Segments } from "../ui/segments.tsx";

const STATE_FILTERS = [
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
      lead="An incident opens when a check goes down, and is resolved when it recovers."
      actions={
        <Segments
          aria-label="Which incidents"
          data={STATE_FILTERS}
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
  // The order follows what people do; that a snooze ended shows a minute later at most.
  const now = useComputedFromNow((at) => Math.floor(at / 60_000) * 60_000);
  return (
    <div>
      <Listing query={{ ...rest, data: data?.items }} empty="Nothing is down: no incident is open.">
        {(incidents) => <IncidentList projectId={projectId} incidents={sortByNeed(incidents, now)} />}
      </Listing>
      {data?.next && <p>Only the newest 200 are shown. “All” lists the others too.</p>}
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

/** The incidents that one message announced together. The link in such a message opens this page. */
export function StormPage() {
  const ref = useParams({ from: "/signed-in/projects/$projectId/storms/$stormId" });
  const { projectId } = ref;
  const { data: storm } = useSuspenseQuery(stormQuery(ref));
  const query = useInfiniteQuery(stormIncidentsQuery(ref));
  return (
    <Page
      title={stormTitle(storm)}
      lead={
        <>
          They were announced together. {openText(storm)}. The first went down{" "}
          <ExactTime at={storm.openedAt} />
          {storm.overAt !== null && (
            <>
              ; the last recovered <ExactTime at={storm.overAt} />
            </>
          )}
          .
        </>
      }
      back={
        <TextLink to="/projects/$projectId/incidents" params={{ projectId }}>
          <BackArrow />
          Incidents
        </TextLink>
      }
    >
      <Listing query={query} empty="Its incidents are no longer stored.">
        {(incidents) => <IncidentList projectId={projectId} incidents={incidents} />}
      </Listing>
      <MoreButton {...query} />
    </Page>
  );
}
