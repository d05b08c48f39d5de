import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { DeadLetterList, DeliveryList } from "../deliveries/delivery-list.tsx";
import { deadLettersQuery, deliveriesQuery } from "../deliveries/delivery-queries.ts";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

export function DeliveriesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/deliveries" });
  const query = useInfiniteQuery(deliveriesQuery(projectId));
  const names = useNames(projectId);
  return (
    <Page title="Deliveries" lead="Every message to every channel, with the response of the provider.">
      <div>
        <Listing
          query={query}
          empty="Nothing was sent yet. An alert appears here when a check goes down or recovers."
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
    <Page
      title="Dead letters"
      lead="Messages that were given up after all attempts. Somebody may not have been notified."
    >
      <div>
        <Listing query={query} empty="Everything was delivered.">
          {(letters) => <DeadLetterList projectId={projectId} letters={letters} names={names} />}
        </Listing>
        <MoreButton {...query} />
      </div>
    </Page>
  );
}
