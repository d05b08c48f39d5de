import { Anchor, NativeSelect, TextInput } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { SPANS, type UptimeSearch } from "../app/search.ts";
import { nextOrder, ORDER_LABELS, ORDERS, readOrder } from "../reports/reliability-order.ts";
import { reliabilityParams, reliabilityQuery, type ReliabilityView } from "../reports/report-queries.ts";
import { CheckTable, ReliabilityFigures, TagTable } from "../reports/reliability-tables.tsx";
import styles from "../reports/report.module.css";
import { browserZone, instant, shortZonedText, wallClockText } from "../time/zones.ts";
import { ExportLinks } from "../ui/export-links.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { Page, PageSkeleton } from "../ui/page.tsx";

const PAGE = "/signed-in/projects/$projectId/uptime";

const SPAN_LABELS: Record<(typeof SPANS)[number], string> = {
  "24h": "Last 24 hours",
  "7d": "Last 7 days",
  "30d": "Last 30 days",
  "90d": "Last 90 days",
  "this-month": "This month",
  "last-month": "Last month",
};

/** How reliable the checks of a project were in a span: all together, by tag and one by one. */
export function UptimePage() {
  const { projectId } = useParams({ from: PAGE });
  const search = useSearch({ from: PAGE });
  const navigate = useNavigate({ from: "/projects/$projectId/uptime" });
  const params = reliabilityParams(search, search.timezone ?? browserZone());
  const { data, error, refetch } = useQuery(reliabilityQuery(projectId, params));
  const order = readOrder(search.sort);
  const set = (change: Changes) =>
    void navigate({
      search: (known: UptimeSearch) => withChanges(known, change),
      replace: true,
      resetScroll: false,
    });
  return (
    <Page title="Uptime" lead={data && spanText(data)} wide>
      <Choices search={search} view={data} set={set} />
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {!data && !error && <PageSkeleton />}
      {data && (
        <>
          <ReliabilityFigures all={data.all} />
          {search.tag === undefined && data.tags.length > 0 && (
            <TagTable tags={data.tags} choose={(tag) => set({ tag })} />
          )}
          <CheckTable
            projectId={projectId}
            checks={data.checks}
            order={order}
            sortBy={(by) => set({ sort: nextOrder(order, by) })}
          />
          <Downloads projectId={projectId} params={params} />
          <ExportLinks
            projectId={projectId}
            from={data.from}
            until={data.until}
            kinds={["runs", "slots", "incidents"]}
          />
        </>
      )}
    </Page>
  );
}

type Changes = { [Name in keyof UptimeSearch]: UptimeSearch[Name] | undefined };

function withChanges(known: UptimeSearch, change: Changes): UptimeSearch {
  const all = Object.entries({ ...known, ...change }).filter(([, value]) => value !== undefined);
  return Object.fromEntries(all);
}

/** "Sat 31 Oct, 13:00 CET to Mon 30 Nov, 13:00 CET, time zone Europe/Berlin" */
function spanText({ from, until, timezone }: ReliabilityView): string {
  const timeText = (at: string) => shortZonedText(instant(at), timezone);
  return `${timeText(from)} to ${timeText(until)}, time zone ${timezone}`;
}

type ChoicesProps = {
  search: UptimeSearch;
  view: ReliabilityView | undefined;
  set: (change: Changes) => void;
};

/** Fields to choose the span, the tag and, on a phone, the order. The choices are kept in the address. */
function Choices({ search, view, set }: ChoicesProps) {
  const tags = new Set([...(view?.tags ?? []).map(({ tag }) => tag), ...(search.tag ? [search.tag] : [])]);
  const isOwn = search.from !== undefined;
  const timezone = search.timezone ?? browserZone();
  const localDay = (at: number) => wallClockText(at, timezone).slice(0, 10);
  const chooseSpan = (value: string) => {
    const span = SPANS.find((known) => known === value);
    if (span !== undefined) return set({ span, from: undefined, until: undefined, timezone });
    if (view === undefined) return;
    // The last day is the one in which the last millisecond of the span lies.
    const [first, last] = [localDay(instant(view.from)), localDay(instant(view.until) - 1)];
    set({ span: undefined, from: first, until: last, timezone });
  };
  const setDay = (name: "from" | "until") => (event: { currentTarget: { value: string } }) => {
    const { value } = event.currentTarget;
    if (value !== "") set({ [name]: value });
  };
  return (
    <div className={styles["choices"]}>
      <NativeSelect
        aria-label="Span"
        value={isOwn ? "own" : (search.span ?? "30d")}
        data={[
          ...SPANS.map((span) => ({ value: span, label: SPAN_LABELS[span] })),
          { value: "own", label: "Own dates …" },
        ]}
        onChange={({ currentTarget }) => chooseSpan(currentTarget.value)}
      />
      {isOwn && (
        <>
          <TextInput
            type="date"
            aria-label="First day"
            value={search.from ?? ""}
            max={search.until}
            onChange={setDay("from")}
          />
          <TextInput
            type="date"
            aria-label="Last day"
            value={search.until ?? ""}
            min={search.from}
            onChange={setDay("until")}
          />
        </>
      )}
      {tags.size > 0 && (
        <NativeSelect
          aria-label="Tag"
          value={search.tag ?? ""}
          data={[{ value: "", label: "All tags" }, ...[...tags].map((tag) => ({ value: tag, label: tag }))]}
          onChange={({ currentTarget }) => set({ tag: currentTarget.value || undefined })}
        />
      )}
      <NativeSelect
        className={styles["order"] ?? ""}
        aria-label="Order"
        value={readOrder(search.sort).by}
        data={ORDERS.map((by) => ({ value: by, label: `By: ${ORDER_LABELS[by]}` }))}
        onChange={({ currentTarget }) => set({ sort: currentTarget.value })}
      />
    </div>
  );
}

type DownloadsProps = { projectId: string; params: ReturnType<typeof reliabilityParams> };

/** Links that download the figures of this page. */
function Downloads({ projectId, params }: DownloadsProps) {
  const href = (format: string) =>
    `/v1/projects/${projectId}/reliability?${new URLSearchParams({ ...params, format })}`;
  return (
    <p className={styles["dimmed"]}>
      These figures as{" "}
      <Anchor href={href("csv")} download underline="always">
        CSV
      </Anchor>{" "}
      or{" "}
      <Anchor href={href("json")} download="reliability.json" underline="always">
        JSON
      </Anchor>
    </p>
  );
}
