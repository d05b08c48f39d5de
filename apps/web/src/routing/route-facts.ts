import type { RouteDraft } from "./route.ts";
import { type Names, routeText } from "./route-text.ts";

/** A route as it is read: to show what differs between two versions. */
export function routeFacts(route: RouteDraft, names: Names): [label: string, text: string][] {
  return [
    ["Name", route.name],
    ["The route", routeText(route, names).join(" ")],
  ];
}
