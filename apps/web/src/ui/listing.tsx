import { Alert, Button, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { IconAlertTriangle } from "@tabler/icons-react";

import { errorMessage } from "../api/problem.ts";

type Props<T> = {
  query: { data: T[] | undefined; error: unknown; refetch: () => unknown };
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
};

/** A list from the server: a placeholder while it loads, `empty` if it has no items, and the error if it fails. */
export function Listing<T>({ query, empty, children }: Props<T>) {
  if (query.data === undefined && query.error) {
    return <ErrorAlert error={query.error} retry={() => void query.refetch()} />;
  }
  if (query.data === undefined) return <ListSkeleton />;
  return query.data.length === 0 ? <Text c="dimmed">{empty}</Text> : children(query.data);
}

function ListSkeleton() {
  return (
    <Stack gap="xs" aria-busy="true">
      <VisuallyHidden component="output">Loading…</VisuallyHidden>
      <Skeleton height={34} />
      <Skeleton height={34} />
      <Skeleton height={34} />
    </Stack>
  );
}

/** What the button needs of an infinite query. */
type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

/** Loads the next page, while there is one. */
export function MoreButton({ hasNextPage, isFetchingNextPage, fetchNextPage }: Pages) {
  if (!hasNextPage) return null;
  return (
    <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()} mt="sm">
      Show more
    </Button>
  );
}

/** What went wrong, in the server's own sentence, and a button to try again if `retry` is given. */
export function ErrorAlert({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="That did not work" role="alert">
      {errorMessage(error)}
      {retry && (
        <Button size="compact-sm" variant="light" color="red" onClick={retry} mt="xs" display="block">
          Try again
        </Button>
      )}
    </Alert>
  );
}
