import { Button, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { AccountNotices } from "../accounts/account-notices.tsx";
import { meQuery } from "../accounts/account-queries.ts";
import { homeProjectId } from "../app/home.ts";
import styles from "../app/shell.module.css";
import { Shell } from "../app/shell.tsx";
import { useCreateProject } from "../projects/project-queries.ts";
import { ErrorAlert } from "../ui/listing.tsx";
import { TextLink } from "../ui/page.tsx";
import { isAdmin } from "../ui/role.tsx";

/** The frame of pages outside of projects, with the top bar of the project that was opened last. */
export function AccountLayout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const projectId = homeProjectId(me);
  if (projectId === null)
    return (
      <main className={styles["main"]}>
        <Outlet />
      </main>
    );
  return (
    <Shell me={me} projectId={projectId} openIncidents="" banner={<AccountNotices me={me} />}>
      <Outlet />
    </Shell>
  );
}

export function NewProjectPage() {
  const navigate = useNavigate();
  const { data: me } = useSuspenseQuery(meQuery);
  const create = useCreateProject();
  const { organization } = useSearch({ from: "/signed-in/projects/new" });
  const choices = me.organizations.filter(({ role }) => isAdmin(role));
  const chosen =
    choices.find(({ id }) => id === organization) ?? choices.find(({ role }) => role === "owner");
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { name: "", organizationId: (chosen ?? choices[0])?.id },
  });
  const submit = ({ name, organizationId }: typeof form.values) =>
    create.mutate(
      { name, ...(organizationId !== undefined && { organizationId }) },
      {
        onSuccess: ({ id }) =>
          void navigate({ to: "/projects/$projectId/checks", params: { projectId: id } }),
      },
    );
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
          {choices.length > 1 && (
            <NativeSelect
              label="Organization"
              data={choices.map(({ id, name }) => ({ value: id, label: name }))}
              {...form.getInputProps("organizationId")}
            />
          )}
          <Button type="submit" loading={create.isPending}>
            Create project
          </Button>
          {me.projects.length > 0 && <TextLink to="/">Back</TextLink>}
        </Stack>
      </form>
    </AccountFrame>
  );
}
