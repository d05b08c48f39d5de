const LONGEST = 100;

/** The slug that v1 and v2 make of a name: ASCII letters, digits, `_`, and `-` for each run of spaces and dashes. */
export function slugify(name: string): string {
  return name
    .normalize("NFKD")
    .replace(/[^\p{ASCII}]/gu, "")
    .toLowerCase()
    .replace(/[^a-z0-9_\s-]/g, "")
    .replace(/[-\s]+/g, "-")
    .replace(/^[-_]+/, "")
    .slice(0, LONGEST)
    .replace(/[-_]+$/, "");
}
