import { Group, NativeSelect } from "@mantine/core";
import { useInfiniteQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { type DeliveriesSearch, readDeliveriesSearch } from "../app/search.ts";
import { DELIVERY_STATES } from "../deliveries/delivery-progress.tsx";
import { PutAside } from "../deliveries/put-aside.tsx";
import { DeadLetterList, DeliveryList } from "../deliveries/delivery-list.tsx";
import { deadLettersQuery, deliveriesQuery } from "../deliveries/delivery-queries.ts";
import { Listing, MoreButton } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
import { useNames } from "./use-names.ts";
import { Select } from "../ui/pick.tsx";

export function DeliveriesPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/deliveries" });
  const search = useSearch({ from: "/signed-in/projects/$projectId/deliveries" });
  const query = useInfiniteQuery(deliveriesQuery(projectId, search));
  const names = useNames(projectId);
  const isFiltered = Object.keys(search).length > 0;
  return (
    <Page title="Deliveries" lead="Every message to every channel, with the response of the provider.">
      <PutAside projectId={projectId} of={null} />
      <Filters search={search} channels={names.channels} checks={names.checks} />
      <div>
        <Listing
          query={query}
          empty={
            isFiltered
              ? "No delivery matches."
              : "Nothing was sent yet. An alert appears here when a check goes down or recovers."
          }
        >
          {(deliveries) => <DeliveryList projectId={projectId} deliveries={deliveries} names={names} />}
        </Listing>
        <MoreButton {...query} />
      </div>
    </Page>
  );
}

type FiltersProps = {
  search: DeliveriesSearch;
  channels: ReadonlyMap<string, string>;
  checks: ReadonlyMap<string, string>;
};

/** Fields that filter the list by state, channel and check. The choices are kept in the address. */
function Filters({ search, channels, checks }: FiltersProps) {
  const navigate = useNavigate({ from: "/projects/$projectId/deliveries" });
  const set = (change: DeliveriesSearch) =>
    void navigate({ search: (known) => readDeliveriesSearch({ ...known, ...change }), replace: true });
  return (
    <Group gap="xs">
      <NativeSelect
        aria-label="State"
        value={search.state ?? ""}
        data={[
          { value: "", label: "In any state" },
          ...Object.entries(DELIVERY_STATES).map(([value, { label }]) => ({ value, label })),
        ]}
        onChange={({ currentTarget }) =>
          set({ state: readDeliveriesSearch({ state: currentTarget.value }).state })
        }
      />
      <NativeSelect
        aria-label="Channel"
        value={search.channel ?? ""}
        data={[{ value: "", label: "To any channel" }, ...options(channels)]}
        onChange={({ currentTarget }) => set({ channel: currentTarget.value || undefined })}
      />
      <Select
        aria-label="Check"
        placeholder="About any check"
        value={search.check ?? null}
        data={options(checks)}
        onChange={(check) => set({ check: check ?? undefined })}
        searchable
        clearable
        limit={60}
      />
    </Group>
  );
}

function options(names: ReadonlyMap<string, string>): { value: string; label: string }[] {
  return [...names].map(([value, label]) => ({ value, label }));
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
