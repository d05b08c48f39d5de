import { useEffect, useRef } from "react";

/** So many older pages are loaded for a time that is pointed out; further back, a person asks for more. */
const PAGES_MAX = 10;

type Pages = {
  data: readonly unknown[] | undefined;
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => Promise<unknown>;
};

/** Loads the next page of each list until what is looked for `isFound`. */
export function useOlderPages(lists: readonly Pages[], isFound: boolean): void {
  const loaded = useRef(0);
  useEffect(() => {
    if (isFound || loaded.current >= PAGES_MAX || lists.some((list) => list.isFetchingNextPage)) return;
    loaded.current += 1;
    for (const list of lists) if (list.hasNextPage) void list.fetchNextPage();
  });
}
