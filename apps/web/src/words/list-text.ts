/** "a", "a or b", "a, b or c". */
export function listText(items: readonly string[], joiner: "and" | "or"): string {
  if (items.length <= 1) return items.join("");
  return `${items.slice(0, -1).join(", ")} ${joiner} ${items.at(-1)}`;
}
