import { Text } from "@mantine/core";
import { percentText } from "@overdue/core";

import { Card } from "../ui/card.tsx";
import { type Column, DataTable, Dimmed } from "../ui/data-table.tsx";
import { TextLink } from "../ui/page.tsx";
import { ExactTime } from "../ui/time.tsx";
import type { ShadowComparison } from "./shadow-queries.ts";

type Difference = ShadowComparison["differences"][number];

type Props = { comparison: ShadowComparison; projectId: string; there: string };

/** How far two products agree, and where they did not. `there`: the other product's name. */
export function Differences({ comparison, projectId, there }: Props) {
  const { agreement, checksCompared, checksNotKnownThere, bothDown, differences, differencesInAll } =
    comparison;
  if (agreement === null)
    return (
      <Card title="Agreement">
        <Text>Nothing has been compared yet: {there} is asked each minute.</Text>
      </Card>
    );
  return (
    <Card title="Agreement">
      <Text>
        Both said the same for <b>{percentText(agreement)}</b> of the time since{" "}
        <ExactTime at={comparison.from} />, on {checksCompared.toLocaleString("en")}{" "}
        {checksCompared === 1 ? "check" : "checks"}. Both said down {times(bothDown)}; they differed{" "}
        {times(differencesInAll)}.
        {checksNotKnownThere > 0 &&
          ` ${there} does not know ${checksNotKnownThere.toLocaleString("en")} of the project's checks by their keys.`}
      </Text>
      {differences.length > 0 && (
        <DataTable
          columns={columnsFor({ projectId, there })}
          rows={differences}
          rowKey={({ checkId, kind, from }) => `${checkId} ${kind} ${from}`}
        />
      )}
    </Card>
  );
}

function times(count: number): string {
  return count === 1 ? "once" : `${count.toLocaleString("en")} times`;
}

function columnsFor({ projectId, there }: { projectId: string; there: string }): Column<Difference>[] {
  return [
    {
      head: "Check",
      look: "wide",
      cell: ({ checkId, checkName }) => (
        <TextLink to="/projects/$projectId/checks/$checkId" params={{ projectId, checkId }}>
          {checkName}
        </TextLink>
      ),
    },
    { head: "From", cell: ({ from }) => <ExactTime at={from} /> },
    { head: "Until", cell: ({ until }) => (until === null ? "now" : <ExactTime at={until} />) },
    {
      head: there,
      cell: ({ kind }) => (kind === "down-there" ? "down" : "up"),
    },
    { head: "Overdue", cell: ({ kind }) => (kind === "down-here" ? "down" : "up") },
    { head: "On record here", look: "wide", cell: (difference) => <Evidence difference={difference} /> },
  ];
}

/** What came in and what was expected shortly before and in the time of a difference. */
function Evidence({ difference: { evidence, graceSeconds, graceSecondsThere } }: { difference: Difference }) {
  const { slots, runs } = evidence;
  return (
    <>
      {runs.length === 0 && slots.length === 0 && "nothing"}
      {runs.map(({ heardAt, outcome }) => (
        <div key={`run ${heardAt}`}>
          run: {outcome}{" "}
          <Dimmed>
            <ExactTime at={heardAt} />
          </Dimmed>
        </div>
      ))}
      {slots.map(({ dueAt, outcome }) => (
        <div key={`slot ${dueAt}`}>
          expected: {outcome}{" "}
          <Dimmed>
            <ExactTime at={dueAt} />
          </Dimmed>
        </div>
      ))}
      {graceSecondsThere !== null && graceSecondsThere !== graceSeconds && (
        <Dimmed>
          grace {graceSeconds} s here, {graceSecondsThere} s there
        </Dimmed>
      )}
    </>
  );
}
