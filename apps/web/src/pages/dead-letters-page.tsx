import { useInfiniteQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { DeadLetterList } from "../deliveries/dead-letter-list.tsx";
import { deadLettersQuery } from "../deliveries/delivery-queries.ts";
import { Listing } from "../ui/listing.tsx";
import { MoreButton } from "../ui/more-button.tsx";
import { Page } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";

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
