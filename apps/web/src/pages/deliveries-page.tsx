import { useInfiniteQuery, useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { channelsQuery } from "../channels/channel-queries.ts";
import { checkName } from "../checks/check-name.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { DeliveryList } from "../deliveries/delivery-list.tsx";
import { deliveriesQuery } from "../deliveries/delivery-queries.ts";
import { Listing } from "../ui/listing.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { Page } from "../ui/page.tsx";

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
