import { Alert, Button, Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";
import { IconAlertTriangle } from "@tabler/icons-react";

import { sentenceOf } from "../api/problem.ts";

type Props<T> = {
  query: { data: T[] | undefined; error: unknown; refetch: () => unknown };
  empty: ReactNode;
  children: (items: T[]) => ReactNode;
};

/** A list as it is read: what stands for it until then, where it is empty, and where it could not be read. */
export function Listing<T>({ query, empty, children }: Props<T>) {
  if (query.data === undefined && query.error) {
    return <Trouble error={query.error} retry={() => void query.refetch()} />;
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

/** What a list that comes page by page knows of itself. */
type Pages = { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };

/** Reads the next page, while there is one. */
export function MoreButton({ hasNextPage, isFetchingNextPage, fetchNextPage }: Pages) {
  if (!hasNextPage) return null;
  return (
    <Button variant="default" loading={isFetchingNextPage} onClick={() => void fetchNextPage()} mt="sm">
      Show older ones
    </Button>
  );
}

/** What went wrong, in the server's own sentence, and a way out. */
export function Trouble({ error, retry }: { error: unknown; retry?: () => void }) {
  return (
    <Alert color="red" icon={<IconAlertTriangle aria-hidden />} title="That did not work" role="alert">
      {sentenceOf(error)}
      {retry && (
        <Button size="compact-sm" variant="light" color="red" onClick={retry} mt="xs" display="block">
          Try again
        </Button>
      )}
    </Alert>
  );
}
