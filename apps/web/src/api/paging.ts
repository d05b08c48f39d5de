import { infiniteQueryOptions, useMutation, useQueryClient } from "@tanstack/react-query";

/** A page of a list, as the API returns it. */
export type Page<T> = { items: T[]; next: string | null };

/** The query of a request for one page. */
export type PageQuery = { limit: string; cursor?: string };

const ITEMS_PER_PAGE = 50;

/** All items of a list, read page by page. */
export async function readAllPages<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
  const first = await read(null);
  const items = [...first.items];
  let cursor = first.next;
  while (cursor !== null) {
    const page = await read(cursor);
    items.push(...page.items);
    cursor = page.next;
  }
  return items;
}

/** The query for the page after `cursor`, or for the first page if it is null. `limit`: items. */
export function pageQuery(cursor: string | null, limit = 200): PageQuery {
  return { limit: String(limit), ...(cursor !== null && { cursor }) };
}

/** Options for `useInfiniteQuery`, for a list that is shown page by page. Its data are the items of all pages read. */
export function pagedQuery<T>(queryKey: readonly string[], read: (query: PageQuery) => Promise<Page<T>>) {
  return infiniteQueryOptions({
    queryKey,
    queryFn: ({ pageParam }) => read(pageQuery(pageParam, ITEMS_PER_PAGE)),
    initialPageParam: firstPage(),
    getNextPageParam: ({ next }) => next,
    select: ({ pages }) => pages.flatMap(({ items }) => items),
  });
}

const firstPage = (): string | null => null;

/**
 * A mutation within a project, after which the named parts of the project are read again: `parts` are the third words of
 * their query keys. They are read again after a refusal too, because what the page shows may be out of date.
 */
export function useProjectMutation<Input, Output>(
  { projectId, parts }: { projectId: string; parts: readonly string[] },
  mutationFn: (input: Input) => Promise<Output>,
) {
  const client = useQueryClient();
  return useMutation({
    mutationFn,
    onSettled: () =>
      Promise.all(parts.map((part) => client.invalidateQueries({ queryKey: ["projects", projectId, part] }))),
  });
}
