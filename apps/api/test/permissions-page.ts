import { MEMBER_ROLES } from "@overdue/db";

import type { Document, Operation } from "../src/docs/openapi-document.ts";

type Listed = { method: string; path: string; operation: Operation };

const INTRO = `# Permissions

\`\`\`sh
curl -fsS http://127.0.0.1:8000/openapi.json | jq '.paths."/v1/projects/{projectId}".patch."x-access"'   # {"auth":"project","role":"admin","key":"write"}
\`\`\`

Who may do what, by [role](accounts.md#organizations-and-roles) and by the scope of an [API key](api.md#api-keys). This page is made from the routes themselves: the guard of a route reads the same role and scope. A person's role in a project is the stronger of the one there and the one in its organization.

“fresh” means that a person has signed in, or proved again who they are, within the last ten minutes. A key's scope is the least one that suffices; “no” means that no key may. To anybody without a role, projects and organizations are not there (404). Nobody gives a role above their own, and nobody changes or removes a person above them.
`;

/** docs/permissions.md: a table for each group of routes of projects and organizations. */
export function permissionsPage(document: Document): string {
  const routes = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
  );
  const scoped = routes.filter(
    ({ operation }) =>
      operation.deprecated !== true &&
      ["project", "organization"].includes(operation["x-access"]?.auth ?? ""),
  );
  const tags = [...new Set(scoped.map(({ operation }) => operation.tags[0] ?? ""))].toSorted();
  const tables = tags.map((tag) =>
    tableOf(
      tag,
      scoped.filter(({ operation }) => operation.tags[0] === tag),
    ),
  );
  return `${INTRO}\n${tables.join("\n")}`;
}

function tableOf(tag: string, routes: readonly Listed[]): string {
  const head = ["", "route", ...MEMBER_ROLES, "key"];
  const rows = routes.map(({ method, path, operation }) => [
    operation.summary,
    `\`${method.toUpperCase()} ${path.replace(/^\/v1\/(?:projects|organizations)/, "…")}\``,
    ...rolesOf(operation),
    operation["x-access"]?.key ?? "no",
  ]);
  const widths = head.map((_, column) =>
    Math.max(3, ...[head, ...rows].map((row) => row[column]?.length ?? 0)),
  );
  const line = (row: readonly string[]) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`;
  const rule = `| ${widths.map((width) => "-".repeat(width)).join(" | ")} |`;
  return `## ${tag}\n\n${[line(head), rule, ...rows.map(line)].join("\n")}\n`;
}

function rolesOf({ "x-access": access }: Operation): string[] {
  const least = MEMBER_ROLES.findIndex((role) => role === access?.role);
  const yes = access?.fresh === undefined ? "yes" : "fresh";
  return MEMBER_ROLES.map((_, rank) => (rank >= least ? yes : ""));
}
