import type { RouteDraft } from "./route.ts";
import { type Names, routeText } from "./route-text.ts";

/** What a route means, in plain words. */
export function RouteSentence({ route, names }: { route: RouteDraft; names: Names }) {
  return <p style={{ margin: 0, overflowWrap: "anywhere" }}>{routeText(route, names).join(" ")}</p>;
}
