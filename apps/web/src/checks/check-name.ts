/** What a check is called: a check without a name goes by its slug. */
export function checkName({ name, slug }: { name: string; slug: string }): string {
  return name || slug || "Unnamed check";
}
