import { listText } from "../words/list-text.ts";
import type { WindowDraft } from "./window-values.ts";

/** "For checks tagged prod or db and Nightly backup". */
export function scopeText(
  { tags, checkIds }: Pick<WindowDraft, "tags" | "checkIds">,
  checks: ReadonlyMap<string, string>,
): string {
  const named = checkIds.map((id) => checks.get(id) ?? "a deleted check");
  const parts = [...(tags.length > 0 ? [`checks tagged ${listText(tags, "or")}`] : []), ...named];
  return parts.length === 0 ? "For every check" : `For ${listText(parts, "and")}`;
}
