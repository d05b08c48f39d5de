const LENGTH_MAX = 100;

/** A slug that reads like the name: "Nächtliches Backup!" → "nachtliches-backup". */
export function slugOf(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .slice(0, LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, "");
}
