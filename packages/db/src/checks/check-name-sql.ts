import { UNNAMED_CHECK } from "@overdue/core";

/** `checkName` of core as an SQL expression, for the table alias of `checks`. */
export function checkNameSql(alias: string): string {
  return `coalesce(nullif(${alias}.name, ''), nullif(${alias}.slug, ''), '${UNNAMED_CHECK}')`;
}
