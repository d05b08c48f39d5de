import { durationText } from "@overdue/core";

import { Card } from "../ui/card.tsx";
import { type Column, Dash, DataTable } from "../ui/data-table.tsx";
import { TextLink } from "../ui/page.tsx";
import { DatedTime } from "../ui/time.tsx";
import { PROBLEM_TEXTS } from "./day-rows.tsx";
import { PROBLEMS } from "./day-choices.ts";
import type { Row } from "./day-summary.ts";

/** The same span as a table, for who cannot see the picture or wants its figures. `from`: its beginning. */
export function DayTable({
  projectId,
  rows,
  from,
}: {
  projectId: string;
  rows: readonly Row[];
  from: number;
}) {
  const time = (at: number | null) =>
    at === null ? <Dash /> : <DatedTime at={new Date(from + at).toISOString()} />;
  const columns: Column<Row>[] = [
    {
      head: "Check",
      look: "wide",
      cell: ({ check }) => (
        <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId: check.id }}>
          {check.name}
        </TextLink>
      ),
    },
    { head: "Runs", cell: ({ sums }) => (sums.runs === 0 ? <Dash /> : sums.runs.toLocaleString("en")) },
    ...PROBLEMS.map((problem) => ({
      head: PROBLEM_HEADS[problem],
      cell: ({ sums }: Row) => (sums[problem] === 0 ? <Dash /> : sums[problem].toLocaleString("en")),
    })),
    {
      head: "Longest",
      look: "short",
      cell: ({ sums }) => (sums.longestMs === null ? <Dash /> : durationText(sums.longestMs)),
    },
    {
      head: "First run",
      look: "short",
      cell: ({ check, sums }) => time(check.runs.length > 0 ? sums.firstAt : null),
    },
    { head: "Next due", look: "short", cell: ({ sums }) => time(sums.nextAt) },
  ];
  return (
    <Card>
      <DataTable columns={columns} rows={rows} rowKey={({ check }) => check.id} />
    </Card>
  );
}

const PROBLEM_HEADS = Object.fromEntries(
  PROBLEMS.map((problem) => [
    problem,
    `${PROBLEM_TEXTS[problem][0]?.toUpperCase()}${PROBLEM_TEXTS[problem].slice(1)}`,
  ]),
) as Record<(typeof PROBLEMS)[number], string>;
