import { Button, Group, Select, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { timezones } from "@overdue/schedules";
import { useQueryClient } from "@tanstack/react-query";

import { isStale } from "../api/problem.ts";
import { Card } from "../ui/card.tsx";
import { tell } from "../ui/toast.tsx";
import { projectQuery, type ProjectView, useEditProject } from "./project-queries.ts";
import { CodeBlock } from "../ui/code-block.tsx";

/** What a project is called, and by whose clock it speaks. Owners decide. */
export function ProjectCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Project">
      {project.role === "owner" ? (
        <ProjectForm project={project} />
      ) : (
        <Text>
          {project.name}, by the clock of {project.timezone}. Only its owners change that.
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
          tell.done("Saved.");
        },
        onError: (error) => {
          tell.trouble(error);
          // The card is drawn again with what somebody else stored.
          if (isStale(error)) void client.invalidateQueries(projectQuery(project.id));
        },
      },
    );
  return (
    <form onSubmit={form.onSubmit(submit)}>
      <Group align="flex-end">
        <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
        <Select
          label="Time zone"
          data={[...timezones]}
          searchable
          limit={60}
          allowDeselect={false}
          {...form.getInputProps("timezone")}
        />
        <Button type="submit" variant="default" loading={edit.isPending} disabled={!form.isDirty()}>
          Save
        </Button>
      </Group>
    </form>
  );
}

/** The key with which checks are pinged by their slug. */
export function PingKeyCard({ project }: { project: ProjectView }) {
  return (
    <Card title="Ping key">
      <Text c="dimmed" mb="xs">
        With it a job can ping any check of this project by its slug: /ping/&lt;ping key&gt;/&lt;slug&gt;. It
        can do nothing else.
      </Text>
      {project.pingKey === null ? (
        <Text>It is shown to editors and owners only.</Text>
      ) : (
        <CodeBlock code={project.pingKey} what="ping key" />
      )}
    </Card>
  );
}
