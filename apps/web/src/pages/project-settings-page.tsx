import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useParams } from "@tanstack/react-router";
import { Suspense } from "react";
import { Button, Group, NativeSelect, Skeleton, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { KeyCard } from "../projects/key-card.tsx";
import { MemberCard } from "../projects/member-card.tsx";
import { projectQuery, type ProjectView, useEditProject } from "../projects/project-queries.ts";
import { ReportCard } from "../reports/report-card.tsx";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { isStale } from "../api/problem.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { lazyPart } from "../ui/lazy-part.ts";
import { toast } from "../ui/toast.tsx";
import { TimezoneSelect } from "../ui/pick.tsx";
import { isAdmin } from "../ui/role.tsx";

const PrivacyCard = lazyPart(async () => ({
  default: (await import("../projects/privacy-card.tsx")).PrivacyCard,
}));

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
          {isAdmin(project.role) && <KeyCard projectId={projectId} />}
          <MemberCard place={{ projectId }} own={project.role ?? "viewer"} />
          {isAdmin(project.role) && <AuditLink projectId={projectId} />}
          <Suspense fallback={<Skeleton height={240} />}>
            <PrivacyCard projectId={projectId} isOwner={isAdmin(project.role)} />
          </Suspense>
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

/** The name and the time zone of a project. Only admins and owners can change them. */
export function ProjectCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Project">
      {isAdmin(project.role) ? (
        <ProjectForm project={project} />
      ) : (
        <Text>
          {project.name}, time zone {project.timezone}. Only admins and owners can change this.
        </Text>
      )}
    </Card>
  );
}

const CHECKS_FROM_PINGS = [
  { value: "asked", label: "if they ask for it" },
  { value: "always", label: "always" },
  { value: "never", label: "never" },
];

function ProjectForm({ project }: { project: ProjectView }) {
  const edit = useEditProject(project.id);
  const client = useQueryClient();
  const { name, timezone, checksFromPings, version } = project;
  const form = useForm({ initialValues: { name, timezone, checksFromPings } });
  const submit = (patch: typeof form.values) =>
    edit.mutate(
      { patch, version },
      {
        onSuccess: () => {
          form.resetDirty();
          toast.success("Saved.");
        },
        onError: (error) => {
          toast.error(error);
          // Reads the project again, which fills the form with what somebody else has saved.
          if (isStale(error)) void client.invalidateQueries(projectQuery(project.id));
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Group align="flex-end">
        <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
        <TimezoneSelect {...form.getInputProps("timezone")} />
        <NativeSelect
          label="Pings create the check that they name"
          data={CHECKS_FROM_PINGS}
          {...form.getInputProps("checksFromPings")}
        />
        <Button type="submit" variant="default" loading={edit.isPending} disabled={!form.isDirty()}>
          Save
        </Button>
      </Group>
    </form>
  );
}

/** The ping key, with which jobs ping checks by their slug. */
export function PingKeyCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Ping key">
      <Text c="dimmed" mb="xs">
        Jobs use it to ping any check of this project by its slug: /ping/&lt;ping key&gt;/&lt;slug&gt;. It
        allows nothing else.
      </Text>
      {project.pingKey === null ? (
        <Text>Viewers cannot see it.</Text>
      ) : (
        <CodeBlock code={project.pingKey} what="ping key" />
      )}
    </Card>
  );
}
