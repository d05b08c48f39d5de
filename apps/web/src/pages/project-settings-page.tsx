import { useQuery } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";

import { Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { KeyCard } from "../projects/key-card.tsx";
import { MemberCard } from "../projects/member-card.tsx";
import { PingKeyCard, ProjectCard } from "../projects/project-card.tsx";
import { projectQuery } from "../projects/project-queries.ts";
import { ReportCard } from "../reports/report-card.tsx";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";

export function ProjectSettingsPage() {
  const { projectId } = useParams({ from: "/signed-in/projects/$projectId/settings" });
  const { data: project, error, refetch } = useQuery(projectQuery(projectId));
  return (
    <Page title="Settings" narrow>
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {project ? (
        <>
          <ProjectCard key={`${project.id} ${project.version}`} project={project} />
          <PingKeyCard project={project} />
          {project.role === "owner" && <KeyCard projectId={projectId} />}
          <MemberCard projectId={projectId} canChange={project.role === "owner"} />
          {project.role === "owner" && <AuditLink projectId={projectId} />}
          <ReportCard projectId={projectId} projectZone={project.timezone} />
        </>
      ) : (
        <PageSkeleton />
      )}
    </Page>
  );
}

function AuditLink({ projectId }: { projectId: string }) {
  return (
    <Card title="Audit">
      <TextLink to="/projects/$projectId/audit" params={{ projectId }}>
        Who changed what in this project
      </TextLink>
    </Card>
  );
}
