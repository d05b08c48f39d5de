import { Button, Group, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Card } from "../ui/card.tsx";
import { tell } from "../ui/tell.tsx";
import { type ProjectView, useRenameProject } from "./project-queries.ts";

export function ProjectCard({ project }: { project: ProjectView }) {
  const rename = useRenameProject(project.id);
  const form = useForm({ initialValues: { name: project.name } });
  const submit = ({ name }: { name: string }) =>
    rename.mutate(
      { name, version: project.version },
      { onSuccess: () => tell.done("Renamed."), onError: tell.trouble },
    );
  return (
    <Card title="Project">
      <form onSubmit={form.onSubmit(submit)}>
        <Group align="flex-end">
          <TextInput
            label="Name"
            required
            maxLength={100}
            disabled={project.role !== "owner"}
            {...form.getInputProps("name")}
          />
          <Button type="submit" variant="default" loading={rename.isPending} disabled={!form.isDirty()}>
            Rename
          </Button>
        </Group>
      </form>
    </Card>
  );
}
