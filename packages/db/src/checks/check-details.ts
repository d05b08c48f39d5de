import type { CheckRow } from "./check-row.ts";

/** What a person decided about a check apart from when it is due: who it is, and how its pings are read. */
export type CheckDetails = Pick<
  CheckRow,
  | "name"
  | "slug"
  | "tags"
  | "description"
  | "severity"
  | "methods"
  | "filterSubject"
  | "filterBody"
  | "filterHttpBody"
  | "filterDefaultFail"
  | "startKeywords"
  | "successKeywords"
  | "failureKeywords"
  | "inactiveSchedule"
>;
