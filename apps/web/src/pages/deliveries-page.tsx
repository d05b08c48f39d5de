import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { DeadLetterList, DeliveryList } from "../deliveries/delivery-list.tsx";
import { deadLettersQuery, deliveriesQuery } from "../deliveries/delivery-queries.ts";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function DeliveriesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/deliveries" });
  const query = useInfiniteQuery(deliveriesQuery(projectId));
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const { data: channels = [] } = useQuery(channelsQuery(projectId));
  const names = {
    checks: new Map(checks.map((check) => [check.id, checkName(check)])),
    channels: new Map(channels.map(({ id, name }) => [id, name])),
  };
  return (
    <Page title="Deliveries" lead="Every alert and test to every channel, with what the provider answered.">
      <div>
        <Listing
          query={query}
          empty="Nothing was sent yet. An alert appears here when a check goes down or comes up."
        >
          {(deliveries) => <DeliveryList projectId={projectId} deliveries={deliveries} names={names} />}
        </Listing>
        <MoreButton {...query} />
      </div>
    </Page>
  );
}

export function DeadLettersPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/dead-letters" });
  const query = useInfiniteQuery(deadLettersQuery(projectId));
  const names = useNames(projectId);
  return (
    <Page title="Not delivered" lead="Alerts that were given up after all tries. Somebody may not know.">
      <div>
        <Listing query={query} empty="Everything was delivered.">
          {(letters) => <DeadLetterList projectId={projectId} letters={letters} names={names} />}
        </Listing>
        <MoreButton {...query} />
      </div>
    </Page>
  );
}
