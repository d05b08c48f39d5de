import { Button, Group, NativeSelect, Stack, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useSuspenseQuery } from "@tanstack/react-query";
import { Link, Outlet, useNavigate, useSearch } from "@tanstack/react-router";
import type { ReactNode } from "react";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { AccountNotices } from "../accounts/account-notices.tsx";
import { type Me, meQuery } from "../accounts/account-queries.ts";
import { homeProjectId } from "../app/home.ts";
import styles from "../app/shell.module.css";
import { Shell } from "../app/shell.tsx";
import { useCreateProject } from "../projects/project-queries.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { Page } from "../ui/page.tsx";
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
    <PersonalShell me={me} projectId={projectId}>
      <Outlet />
    </PersonalShell>
  );
}

type ShellProps = { me: Me; projectId: string; children: ReactNode };

function PersonalShell({ me, projectId, children }: ShellProps) {
  const open = me.projects.find(({ id }) => id === projectId)?.openIncidents ?? 0;
  return (
    <Shell
      me={me}
      projectId={projectId}
      openIncidents={open === 0 ? "" : String(open)}
      banner={<AccountNotices me={me} />}
    >
      {children}
    </Shell>
  );
}

const PROJECT_LEAD = "A project contains checks, channels and keys. Only its members see them.";

/** The form for a project: a page with the top bar, or the whole screen for a person who has no project yet. */
export function NewProjectPage() {
  const { data: me } = useSuspenseQuery(meQuery);
  const projectId = homeProjectId(me);
  if (projectId === null)
    return (
      <AccountFrame title="Your first project" lead={PROJECT_LEAD}>
        <AccountNotices me={me} />
        <NewProjectForm me={me} />
      </AccountFrame>
    );
  return (
    <PersonalShell me={me} projectId={projectId}>
      <Page title="New project" lead={PROJECT_LEAD} narrow>
        <Card>
          <NewProjectForm me={me} />
        </Card>
      </Page>
    </PersonalShell>
  );
}

function NewProjectForm({ me }: { me: Me }) {
  const navigate = useNavigate();
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
        <Group>
          <Button type="submit" loading={create.isPending}>
            Create project
          </Button>
          {me.projects.length > 0 && (
            <Button component={Link} to="/" variant="default">
              Cancel
            </Button>
          )}
        </Group>
      </Stack>
    </form>
  );
}
