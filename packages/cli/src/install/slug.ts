/** What the slugs of a machine's jobs begin with: two machines need two checks each. */
export function slugPrefix(host: string): string {
  return `${host.toLowerCase().replaceAll(/[^a-z0-9_-]+/g, "-")}-`;
}
