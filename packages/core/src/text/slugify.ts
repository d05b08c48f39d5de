const SLUG_LENGTH_MAX = 100;

/** A slug similar to the name: "Nächtliches Backup!" becomes "nachtliches-backup". Empty where no letter of it fits. */
export function slugify(name: string): string {
  return name
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll("ß", "ss")
    .replaceAll(/[^a-z0-9_]+/g, "-")
    .slice(0, SLUG_LENGTH_MAX)
    .replaceAll(/^-+|-+$/g, "");
}
