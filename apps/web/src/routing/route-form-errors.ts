import type { FieldError } from "../api/problem.ts";

/** Sentences by the form's field; `rest` where no field is theirs. */
export type RouteErrors = { fields: Record<string, string>; rest: string[] };

const PLACES: readonly [RegExp, string][] = [
  [/^name$/, "name"],
  [/^match\.(tags|reasons|severities|checkIds)\b.*$/, "$1"],
  [/^hears\b.*$/, "hears"],
  [/^steps\.(\d+)\.afterMinutes$/, "steps.$1.after"],
  [/^steps\.(\d+)\.targets\b.*$/, "steps.$1.targets"],
  [/^repeatMinutes$/, "repeat"],
  [/^hours\.(timezone|weekdays|from|to)\b.*$/, "hours.$1"],
  [/^hours\.outside\b.*$/, "hours.instead"],
];

/** Puts what the API refused where the person typed it. */
export function routeErrors(errors: readonly FieldError[]): RouteErrors {
  const placed = errors.map(({ field, message }) => ({ field: placeOf(field), message }));
  return {
    fields: Object.fromEntries(
      placed.flatMap(({ field, message }) => (field === null ? [] : [[field, message]])),
    ),
    rest: placed.flatMap(({ field, message }) => (field === null ? [message] : [])),
  };
}

function placeOf(path: string): string | null {
  const place = PLACES.find(([pattern]) => pattern.test(path));
  return place ? path.replace(place[0], place[1]) : null;
}
