import { Group } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams, useSearch } from "@tanstack/react-router";

import { BackArrow, Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { reportQuery, type ReportView } from "../reports/report-queries.ts";
import { periodText, ReportSheet } from "../reports/report-sheet.tsx";
import { ExportLinks } from "../ui/export-links.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { Segments } from "../ui/segments.tsx";

const EVERY = [
  { value: "week", label: "Week" },
  { value: "month", label: "Month" },
];

export function ReportPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/report" });
  const search = useSearch({ from: "/signed-in/projects/$projectId/report" });
  const navigate = useNavigate({ from: "/projects/$projectId/report" });
  const { data: report, error, refetch } = useQuery(reportQuery(projectId, search));
  const zone = search.timezone === undefined ? {} : { timezone: search.timezone };
  return (
    <Page
      title="Report"
      lead={report ? `${periodText(report.period)}, time zone ${report.period.timezone}` : undefined}
      back={
        <TextLink to="/projects/$projectId/settings" params={{ projectId }}>
          <BackArrow />
          Settings
        </TextLink>
      }
      actions={
        <Segments
          aria-label="Which period"
          data={EVERY}
          value={report?.period.every ?? search.every ?? "month"}
          onChange={(every) =>
            void navigate({ search: { ...zone, ...(every === "week" && { every }) }, replace: true })
          }
        />
      }
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {report ? (
        <>
          <Neighbours projectId={projectId} report={report} zone={zone} />
          <ReportSheet projectId={projectId} report={report} />
          <ExportLinks
            projectId={projectId}
            from={report.period.from}
            until={report.period.until}
            kinds={["runs", "slots", "incidents"]}
          />
        </>
      ) : (
        !error && <PageSkeleton />
      )}
    </Page>
  );
}

type Props = { projectId: string; report: ReportView; zone: { timezone?: string } };

function Neighbours({ projectId, report, zone }: Props) {
  const { every, previous, next } = report.period;
  const to = { to: "/projects/$projectId/report", params: { projectId } } as const;
  return (
    <Group>
      <TextLink {...to} search={{ ...zone, period: previous }}>
        Previous {every}
      </TextLink>
      {next !== null && (
        <TextLink {...to} search={{ ...zone, period: next }}>
          Next {every}
        </TextLink>
      )}
    </Group>
  );
}
