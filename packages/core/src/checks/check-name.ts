/** What a check without a name and a slug is called. */
export const UNNAMED_CHECK = "unnamed check";

/** What a check is called everywhere: its name, or else its slug. */
export function checkName({ name, slug }: { name: string; slug: string }): string {
  return name || slug || UNNAMED_CHECK;
}
