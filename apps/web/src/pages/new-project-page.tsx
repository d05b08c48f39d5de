import { Button, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";

import { AccountNotices } from "../accounts/account-notices.tsx";
import { meQuery } from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { useCreateProject } from "../projects/project-queries.ts";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";

export function NewProjectPage() {
  const navigate = useNavigate();
  const { data: me } = useSuspenseQuery(meQuery);
  const create = useCreateProject();
  const form = useForm({ mode: "uncontrolled", initialValues: { name: "" } });
  const submit = ({ name }: { name: string }) =>
    create.mutate(name, {
      onSuccess: ({ id }) => void navigate({ to: "/projects/$projectId/checks", params: { projectId: id } }),
    });
  return (
    <AccountFrame
      title={me.projects.length === 0 ? "Your first project" : "New project"}
      lead="A project contains checks, channels and keys. Only its members see them."
    >
      <AccountNotices me={me} />
      <form onSubmit={form.onSubmit(submit)}>
        <Stack>
          {create.isError && <ErrorAlert error={create.error} />}
          <TextInput
            label="Name"
            placeholder="Home server"
            required
            maxLength={100}
            {...form.getInputProps("name")}
          />
          <Button type="submit" loading={create.isPending}>
            Create project
          </Button>
          {me.projects.length > 0 && <TextLink to="/">Back</TextLink>}
        </Stack>
      </form>
    </AccountFrame>
  );
}
