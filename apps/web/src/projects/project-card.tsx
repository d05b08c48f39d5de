import { Button, Group, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQueryClient } from "@tanstack/react-query";

import { isStale } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { CodeBlock } from "../ui/code-block.tsx";

import { toast } from "../ui/toast.tsx";
import { projectQuery, type ProjectView, useEditProject } from "./project-queries.ts";
import { TimezoneSelect } from "../ui/pick.tsx";

/** The name and the time zone of a project. Only owners change them. */
export function ProjectCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Project">
      {project.role === "owner" ? (
        <ProjectForm project={project} />
      ) : (
        <Text>
          {project.name}, time zone {project.timezone}. Only owners can change this.
        </Text>
      )}
    </Card>
  );
}

function ProjectForm({ project }: { project: ProjectView }) {
  const edit = useEditProject(project.id);
  const client = useQueryClient();
  const { name, timezone, version } = project;
  const form = useForm({ initialValues: { name, timezone } });
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
          // Reading the project again fills the form with what somebody else saved.
          if (isStale(error)) void client.invalidateQueries(projectQuery(project.id));
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Group align="flex-end">
        <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
        <TimezoneSelect {...form.getInputProps("timezone")} />
        <Button type="submit" variant="default" loading={edit.isPending} disabled={!form.isDirty()}>
          Save
        </Button>
      </Group>
    </form>
  );
}

/** The key with which jobs ping checks by their slug. */
export function PingKeyCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Ping key">
      <Text c="dimmed" mb="xs">
        Jobs use it to ping any check of this project by its slug: /ping/&lt;ping key&gt;/&lt;slug&gt;. It
        allows nothing else.
      </Text>
      {project.pingKey === null ? (
        <Text>Only editors and owners can see it.</Text>
      ) : (
        <CodeBlock code={project.pingKey} what="ping key" />
      )}
    </Card>
  );
}
