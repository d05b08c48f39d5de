import { Skeleton, Stack, Text, VisuallyHidden } from "@mantine/core";
import type { ReactNode } from "react";

import { Trouble } from "./trouble.tsx";

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
