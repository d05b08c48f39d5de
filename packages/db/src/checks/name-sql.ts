import { UNNAMED_CHECK } from "@overdue/core";

import { Fragment } from "../sql-fragments.ts";

/** SQL: core's `checkName`. `alias`: of the table `checks`. */
export function checkNameSql(alias: string): Fragment<string> {
  return new Fragment(`coalesce(nullif(${alias}.name, ''), nullif(${alias}.slug, ''), '${UNNAMED_CHECK}')`);
}
