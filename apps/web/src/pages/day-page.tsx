import { Button, Skeleton } from "@mantine/core";
import { durationText } from "@overdue/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useMemo } from "react";
import type { DaySearch } from "../app/search.ts";
import { checksQuery } from "../checks/check-queries.ts";
import { DayChart, SpanText } from "../day/day-chart.tsx";
import { PROBLEMS, type Zoom } from "../day/day-choices.ts";
import { Choices, Legend, type Move, Movement } from "../day/day-controls.tsx";
import { type Activity, activityQuery, type Span } from "../day/day-queries.ts";
import { PROBLEM_TEXTS } from "../day/day-rows.tsx";
import { nextZoom, shiftStart, spanAt, zoomStart } from "../day/day-span.ts";
import { atFullHour, loadByPart, type Row, selectRows, sumRow } from "../day/day-summary.ts";
import styles from "../day/day.module.css";
import { capital } from "../text/reason-text.ts";
import { useComputedFromNow } from "../time/clock.ts";
import { browserZone, shortZonedText } from "../time/zones.ts";
import { Card } from "../ui/card.tsx";
import { type Column, Dash, DataTable } from "../ui/data-table.tsx";
import { SearchField } from "../ui/choice.tsx";
import { useKeys } from "../ui/keys.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import { DatedTime } from "../ui/time.tsx";

const PAGE = "/signed-in/projects/$projectId/day";

/** What every check of the project did in an hour, a day or a month, and when its next runs are due. */
export function DayPage() {
  const { projectId } = useParams({ from: PAGE });
  const search = useSearch({ from: PAGE });
  const zoom = search.zoom ?? "day";
  const at = search.at === undefined ? null : Date.parse(search.at);
  const { from, until } = useSpan(zoom, at);
  const span = useMemo(() => ({ from, until }), [from, until]);
  const { move, set } = useMovement(span, zoom);
  const query = useQuery(activityQuery(projectId, span, at === null));
  return (
    <Page title="The day" lead={<SpanText span={span} />} wide>
      <div className={styles["bar"]}>
        <Movement zoom={zoom} isLive={at === null} move={move} />
        <div className={styles["grow"]}>
          <SearchField
            label="Find a check"
            placeholder="Find a check"
            value={search.q ?? ""}
            onType={(text) => set({ q: text || undefined })}
          />
        </div>
        <Choices search={search} activity={query.data} set={set} />
      </div>
      {query.error && query.data === undefined && (
        <ErrorAlert error={query.error} retry={() => void query.refetch()} />
      )}
      {query.data === undefined && !query.error && <Skeleton height={420} aria-label="Loading…" />}
      {query.data !== undefined && (
        <LoadedDay projectId={projectId} activity={query.data} search={search} set={set} move={move} />
      )}
    </Page>
  );
}

type Set = (change: Partial<DaySearch>) => void;

/** The span to show. Its two numbers change only when the live span has moved on, so nothing else renders again. */
function useSpan(zoom: Zoom, at: number | null): Span {
  const from = useComputedFromNow((now) => spanAt(zoom, at, now).from);
  const until = useComputedFromNow((now) => spanAt(zoom, at, now).until);
  return { from, until };
}

function useMovement(span: Span, zoom: Zoom): { move: Move; set: Set } {
  const navigate = useNavigate({ from: "/projects/$projectId/day" });
  const set: Set = (change) =>
    void navigate({
      search: (known: DaySearch) => ({ ...known, ...change }),
      replace: true,
      resetScroll: false,
    });
  const to = (from: number) => set({ at: new Date(Math.round(from / 60_000) * 60_000).toISOString() });
  const isLive = useSearch({ from: PAGE }).at === undefined;
  const zoomTo = (wanted: Zoom) =>
    set({
      zoom: wanted === "day" ? undefined : wanted,
      ...(!isLive && { at: new Date(zoomStart(span, wanted)).toISOString() }),
    });
  const move: Move = {
    to,
    by: (direction) => to(shiftStart(span, direction)),
    now: () => set({ at: undefined }),
    zoom: zoomTo,
    zoomStep: (direction) => zoomTo(nextZoom(zoom, direction)),
  };
  useKeys({
    ArrowLeft: () => move.by(-1),
    ArrowRight: () => move.by(1),
    "+": () => move.zoomStep(-1),
    "-": () => move.zoomStep(1),
    n: move.now,
  });
  return { move, set };
}

type LoadedDayProps = { projectId: string; activity: Activity; search: DaySearch; set: Set; move: Move };

/** In how many steps the line of the present instant crosses the span. */
const NOW_STEPS = 1_000;

function LoadedDay({ projectId, activity, search, set, move }: LoadedDayProps) {
  // The span of the loaded activity, because the span in the address may still be loading.
  const [from, until] = [Date.parse(activity.from), Date.parse(activity.until)];
  const span = useMemo(() => ({ from, until }), [from, until]);
  const step = Math.max(1_000, (until - from) / NOW_STEPS);
  const now = useComputedFromNow((at) => Math.floor(at / step) * step);
  const all = useMemo(
    () => activity.items.map((check): Row => ({ check, sums: sumRow(check, now - from) })),
    [activity, now, from],
  );
  const rows = useMemo(() => selectRows(all, search), [all, search]);
  if (activity.items.length === 0) return <p>There is no check yet. What it does will be drawn here.</p>;
  return (
    <>
      <Summary activity={activity} all={all} search={search} set={set} now={now} />
      {rows.length === 0 && (
        <p>
          No check matches.{" "}
          <Button
            variant="subtle"
            size="compact-sm"
            onClick={() => set({ q: undefined, tag: undefined, only: undefined })}
          >
            Show all {all.length}
          </Button>
        </p>
      )}
      {search.as === "table" ? (
        <DayTable projectId={projectId} rows={rows} from={from} />
      ) : (
        <>
          <DayChart
            projectId={projectId}
            activity={activity}
            rows={rows}
            span={span}
            now={now}
            onMove={move.to}
            onZoom={move.zoomStep}
          />
          <Legend />
        </>
      )}
    </>
  );
}

type SummaryProps = { activity: Activity; all: readonly Row[]; search: DaySearch; set: Set; now: number };

/** How many runs there were, buttons that filter by problem, and when the most runs were open at once. */
function Summary({ activity, all, search, set, now }: SummaryProps) {
  const runs = all.reduce((sum, { sums }) => sum + sums.runs, 0);
  const problems = PROBLEMS.map((one) => ({
    one,
    count: all.reduce((sum, { sums }) => sum + sums[one], 0),
  })).filter(({ one, count }) => count > 0 || search.only === one);
  return (
    <div className={styles["summary"]}>
      <span>
        {runs.toLocaleString("en")} runs of {all.length} checks
      </span>
      {problems.map(({ one, count }) => (
        <button
          key={one}
          type="button"
          className={styles["problem"]}
          aria-pressed={search.only === one}
          onClick={() => set({ only: search.only === one ? undefined : one })}
        >
          {count.toLocaleString("en")} {PROBLEM_TEXTS[one]}
        </button>
      ))}
      <PileUp activity={activity} now={now} />
    </div>
  );
}

function PileUp({ activity, now }: { activity: Activity; now: number }) {
  const text = useMemo(() => pileUpText(activity, now), [activity, now]);
  return <span className={styles["span"]}>{text}</span>;
}

/** "Most at once: 14 around Fri 20 Nov, 02:00 CET. 212 of 480 times are at the full hour." */
function pileUpText(activity: Activity, now: number): string {
  const [from, until] = [Date.parse(activity.from), Date.parse(activity.until)];
  const loads = loadByPart(activity, until - from, now - from).map(({ runs, expected }) => runs + expected);
  const most = Math.max(0, ...loads);
  const { atFull, all } = atFullHour(activity.items, from);
  const when = shortZonedText(from + loads.indexOf(most) * activity.partMs, browserZone());
  return [
    ...(most > 1 ? [`Most at once: ${most} around ${when}.`] : []),
    ...(all > 0 && atFull > 0
      ? [`${atFull.toLocaleString("en")} of ${all.toLocaleString("en")} times are at the full hour.`]
      : []),
  ].join(" ");
}

/** The same span as a table, for people who cannot see the picture or want its figures. `from`: its beginning. */
function DayTable({ projectId, rows, from }: { projectId: string; rows: readonly Row[]; from: number }) {
  // The activity ends with the span that is shown; the list of checks knows what is due after it.
  const { data: checks = [] } = useQuery(checksQuery(projectId));
  const dueAt = useMemo(
    () => new Map(checks.map(({ id, expectedAt }) => [id, expectedAt ?? null])),
    [checks],
  );
  const time = (at: number | null) =>
    at === null ? <Dash /> : <DatedTime at={new Date(from + at).toISOString()} />;
  const nextDue = ({ check, sums }: Row) => {
    if (sums.nextAt !== null) return time(sums.nextAt);
    const at = dueAt.get(check.id) ?? null;
    return at === null ? <Dash /> : <DatedTime at={at} />;
  };
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
    // A column of dashes would only take the room of the others.
    ...PROBLEMS.filter((problem) => rows.some(({ sums }) => sums[problem] > 0)).map((problem) => ({
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
    { head: "Next due", look: "short", cell: nextDue },
  ];
  return (
    <Card>
      <DataTable columns={columns} rows={rows} rowKey={({ check }) => check.id} />
    </Card>
  );
}

const PROBLEM_HEADS = Object.fromEntries(
  PROBLEMS.map((problem) => [problem, capital(PROBLEM_TEXTS[problem])]),
) as Record<(typeof PROBLEMS)[number], string>;
