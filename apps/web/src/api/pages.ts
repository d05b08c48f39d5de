/** A page of a list, as the API answers it. */
export type Page<T> = { items: T[]; next: string | null };

/** All items of a list, page after page. */
export async function everyPage<T>(read: (cursor: string | null) => Promise<Page<T>>): Promise<T[]> {
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

/** Asks for the page after `cursor`, null for the first. */
export function pageQuery(cursor: string | null, limit = 200): { limit: string; cursor?: string } {
  return { limit: String(limit), ...(cursor !== null && { cursor }) };
}
