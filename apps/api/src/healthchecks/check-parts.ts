import type { CheckSettings } from "@overdue/core";
import type { CheckDetails, CheckRow } from "@overdue/db";

import type { CheckFields } from "./check-fields.ts";
import type { ApiVersion } from "./face-env.ts";
import { retimed, type Timing, timingOf } from "./schedule-parts.ts";
import { slugify } from "./slugify.ts";

type Keywords = Pick<CheckDetails, "successKeywords" | "failureKeywords">;

/** What was sent, as our own words have it, to be written into a new check or one that is there. */
export type CheckParts = { details: Partial<CheckDetails>; settings: Partial<CheckSettings> };

/** `before`: how the check was; the defaults of a new one. */
export function partsOf(
  fields: CheckFields,
  before: { timing: Timing; keywords: Keywords },
  version: ApiVersion,
): CheckParts {
  const { schedule, shelved } = retimed(before.timing, fields);
  const timed = fields.schedule ?? fields.timeout ?? fields.tz;
  return {
    details: sent({
      ...identity(fields, version),
      ...reading(fields, before.keywords),
      shelved: timed === undefined ? undefined : shelved,
    }),
    settings: sent({
      schedule: isSame(schedule, before.timing.schedule) ? undefined : schedule,
      graceSeconds: fields.grace,
      manualResume: fields.manual_resume,
    }),
  };
}

/** What `partsOf` needs to know of a stored check. */
export function beforeOf(row: CheckRow): { timing: Timing; keywords: Keywords } {
  return { timing: timingOf(row), keywords: row };
}

function identity({ name, slug, tags, desc }: CheckFields, version: ApiVersion) {
  const derived = version === "v3" || name === undefined ? undefined : slugify(name);
  return { name, slug: slug ?? derived, tags, description: desc };
}

function reading(fields: CheckFields, before: Keywords) {
  return {
    methods: fields.methods,
    ...byOldNames(fields, before),
    ...sent({
      filterSubject: fields.filter_subject,
      filterBody: fields.filter_body,
      filterHttpBody: fields.filter_http_body,
      filterDefaultFail: fields.filter_default_fail,
      startKeywords: fields.start_kw,
      successKeywords: fields.success_kw,
      failureKeywords: fields.failure_kw,
    }),
  };
}

/** `subject` and `subject_fail`, deprecated there, set keywords and switch the filter by whether any is left. */
function byOldNames({ subject, subject_fail }: CheckFields, before: Keywords) {
  if (subject === undefined && subject_fail === undefined) return {};
  const successKeywords = subject ?? before.successKeywords;
  const failureKeywords = subject_fail ?? before.failureKeywords;
  const filterSubject = successKeywords !== "" || failureKeywords !== "";
  return sent({
    filterSubject,
    successKeywords: subject,
    failureKeywords: subject_fail,
  });
}

function isSame(one: CheckSettings["schedule"], other: CheckSettings["schedule"]): boolean {
  if (one.kind === "interval" || other.kind === "interval")
    return one.kind === "interval" && other.kind === "interval" && one.everySeconds === other.everySeconds;
  return one.kind === other.kind && one.expression === other.expression && one.timezone === other.timezone;
}

type Sent<T> = { [K in keyof T]?: Exclude<T[K], undefined> };

function sent<T extends object>(fields: T): Sent<T> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as Sent<T>;
}
