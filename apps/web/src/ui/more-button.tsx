import { Button } from "@mantine/core";

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
