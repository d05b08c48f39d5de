import { Button, Group, List, Text, TextInput } from "@mantine/core";
import { useForm } from "@mantine/form";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useParams } from "@tanstack/react-router";

import { MemberCard } from "../projects/member-card.tsx";
import {
  organizationProjectsQuery,
  organizationQuery,
  type OrganizationView,
  useCreateOrganization,
  useDeleteOrganization,
  useRenameOrganization,
} from "../projects/organization-queries.ts";
import { UsageCard } from "../projects/usage-card.tsx";
import { Card } from "../ui/card.tsx";
import { ErrorAlert, Listing } from "../ui/listing.tsx";
import { Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { isAdmin } from "../ui/role.tsx";
import { toast } from "../ui/toast.tsx";

/** An organization: its name, its projects, and its people, who have their role in all of its projects. */
export function OrganizationPage() {
  const { organizationId } = useParams({ from: "/signed-in/personal/organizations/$organizationId" });
  const { data: organization, error, refetch } = useQuery(organizationQuery(organizationId));
  return (
    <Page
      title={organization?.name ?? "Organization"}
      lead="An organization has projects. Its people have their role in each of them."
      narrow
    >
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {organization ? (
        <>
          <NameCard key={organization.version} organization={organization} />
          <UsageCard organizationId={organizationId} />
          <ProjectsCard organization={organization} />
          <MemberCard place={{ organizationId }} own={organization.role} />
          <MoreCard organization={organization} />
        </>
      ) : (
        error === null && <PageSkeleton />
      )}
    </Page>
  );
}

type Props = { organization: OrganizationView };

function NameCard({ organization: { id, name, version, role } }: Props) {
  const rename = useRenameOrganization(id);
  const form = useForm({ initialValues: { name } });
  if (!isAdmin(role)) return null;
  const submit = (values: typeof form.values) =>
    rename.mutate(
      { name: values.name, version },
      { onSuccess: () => toast.success("Saved."), onError: toast.error },
    );
  return (
    <Card title="Organization">
      <form onSubmit={form.onSubmit(submit)}>
        <Group align="flex-end">
          <TextInput label="Name" required maxLength={100} {...form.getInputProps("name")} />
          <Button type="submit" variant="default" loading={rename.isPending} disabled={!form.isDirty()}>
            Save
          </Button>
        </Group>
      </form>
    </Card>
  );
}

function ProjectsCard({ organization: { id, role } }: Props) {
  const query = useQuery(organizationProjectsQuery(id));
  return (
    <Card title="Projects">
      <Listing query={query} empty="This organization has no projects.">
        {(projects) => (
          <List listStyleType="none" pl={0} mb="xs">
            {projects.map(({ id: projectId, name }) => (
              <List.Item key={projectId}>
                <TextLink to="/projects/$projectId/checks" params={{ projectId }}>
                  {name}
                </TextLink>
              </List.Item>
            ))}
          </List>
        )}
      </Listing>
      {isAdmin(role) && (
        <TextLink to="/projects/new" search={{ organization: id }}>
          New project
        </TextLink>
      )}
    </Card>
  );
}

/** Another organization, and the end of this one. */
function MoreCard({ organization: { id, name, role } }: Props) {
  const navigate = useNavigate();
  const create = useCreateOrganization();
  const remove = useDeleteOrganization(id);
  const form = useForm({ initialValues: { name: "" } });
  const open = (organizationId: string) =>
    void navigate({ to: "/organizations/$organizationId", params: { organizationId } });
  const submit = (values: typeof form.values) =>
    create.mutate(values.name, { onSuccess: (made) => open(made.id), onError: toast.error });
  const restore = () => remove.mutate({ restore: true }, { onSuccess: () => open(id), onError: toast.error });
  const submitRemoval = () =>
    remove.mutate(
      { restore: false },
      {
        onSuccess: () => {
          toast.withUndo(`The organization ${name} is deleted.`, restore);
          void navigate({ to: "/" });
        },
        onError: toast.error,
      },
    );
  return (
    <Card title="More organizations">
      <Text c="dimmed" mb="xs">
        One is enough for most people. Another one keeps projects, people and usage apart, such as those of a
        customer.
      </Text>
      <form onSubmit={form.onSubmit(submit)}>
        <Group align="flex-end">
          <TextInput label="Name of another" required maxLength={100} {...form.getInputProps("name")} />
          <Button type="submit" variant="default" loading={create.isPending}>
            Create organization
          </Button>
        </Group>
      </form>
      {role === "owner" && (
        <Button mt="md" variant="default" color="red" loading={remove.isPending} onClick={submitRemoval}>
          Delete this organization
        </Button>
      )}
    </Card>
  );
}
