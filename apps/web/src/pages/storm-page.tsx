import { useInfiniteQuery, useSuspenseQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { IncidentList } from "../incidents/incident-list.tsx";
import { stormIncidentsQuery, stormQuery } from "../incidents/incident-queries.ts";
import { openText, stormTitle } from "../incidents/storm-text.ts";
import { Exact } from "../ui/exact.tsx";
import { Listing } from "../ui/listing.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { BackArrow, Page, TextLink } from "../ui/page.tsx";

/** Where the link of a message that tells of many leads: all of them. */
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
          They were told together. {openText(storm)}. The first went down <Exact at={storm.openedAt} />
          {storm.overAt !== null && (
            <>
              ; the last recovered <Exact at={storm.overAt} />
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
      <Listing query={query} empty="None of its incidents is kept any more.">
        {(incidents) => <IncidentList projectId={projectId} incidents={incidents} />}
      </Listing>
      <MoreButton {...query} />
    </Page>
  );
}
