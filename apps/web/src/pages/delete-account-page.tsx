import { Alert, Button, Checkbox, Group, List, Stack, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import {
  type DeletionView,
  deletionQuery,
  useDeleteAccount,
  useKeepAccount,
} from "../accounts/account-end-queries.ts";
import { Card } from "../ui/card.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { Page, PageSkeleton, TextLink } from "../ui/page.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";

/** Says what goes with the account before it is deleted. */
export function DeleteAccountPage() {
  const { data: plan, error, refetch } = useQuery(deletionQuery);
  return (
    <Page title="Delete your account" narrow>
      {error && <ErrorAlert error={error} retry={() => void refetch()} />}
      {plan === undefined ? !error && <PageSkeleton /> : <Plan plan={plan} />}
      <p>
        <TextLink to="/account">Back to your account</TextLink>
      </p>
    </Page>
  );
}

function Plan({ plan }: { plan: DeletionView }) {
  if (plan.deleteAfter !== null) return <Scheduled at={plan.deleteAfter} />;
  if (plan.isLastOperator)
    return (
      <Alert color="orange" title="You are the only operator of this instance">
        Nobody else is notified of its problems. Make somebody else an operator first, on the machine of the
        instance: npm run admin -- user operator --email …
      </Alert>
    );
  return <DeletionForm plan={plan} />;
}

function Scheduled({ at }: { at: string }) {
  const keep = useKeepAccount();
  const submit = () =>
    keep.mutate(undefined, {
      onSuccess: () => toast.success("Your account stays."),
      onError: toast.error,
    });
  return (
    <Alert color="red" title="Your account will be deleted">
      <Text mb="xs">
        It will be deleted after <ExactTime at={at} />. Until then everything works as before.
      </Text>
      <Button variant="default" loading={keep.isPending} onClick={submit}>
        Keep the account
      </Button>
    </Alert>
  );
}

function DeletionForm({ plan }: { plan: DeletionView }) {
  const owned = plan.organizations.filter(({ isLastOwner }) => isLastOwner);
  const others = plan.organizations.filter(({ isLastOwner }) => !isLastOwner);
  const [chosen, setChosen] = useState<readonly string[]>([]);
  const [endsKeys, setEndsKeys] = useState(false);
  const remove = useDeleteAccount();
  const kept = plan.madeKeys.filter(({ organizationId }) => !owned.some(({ id }) => id === organizationId));
  const toggle = (id: string, checked: boolean) =>
    setChosen((now) => (checked ? [...now, id] : now.filter((one) => one !== id)));
  const submit = () => remove.mutate({ organizationIds: [...chosen], keys: endsKeys ? "end" : "keep" });
  return (
    <Stack>
      {owned.length > 0 && (
        <Card title="Organizations that you alone own">
          <Text mb="xs">
            Make somebody else an owner on the organization’s page, or delete it with the account: its checks
            then alert nobody any more, and its history is gone.
          </Text>
          <Stack gap="xs">
            {owned.map((organization) => (
              <Checkbox
                key={organization.id}
                label={`Delete the organization “${organization.name}” ${contentOf(organization)}`}
                checked={chosen.includes(organization.id)}
                onChange={({ currentTarget: { checked } }) => toggle(organization.id, checked)}
              />
            ))}
          </Stack>
        </Card>
      )}
      {kept.length > 0 && (
        <Card title="API keys that you made in projects which stay">
          <List mb="xs">
            {kept.map(({ id, name, project, scope }) => (
              <List.Item key={id}>
                {name} ({scope}) in {project}
              </List.Item>
            ))}
          </List>
          <Checkbox
            label="Revoke these keys too; otherwise they go on working"
            checked={endsKeys}
            onChange={({ currentTarget: { checked } }) => setEndsKeys(checked)}
          />
        </Card>
      )}
      <Card title="What else goes">
        <List>
          {others.map(({ id, name, role }) => (
            <List.Item key={id}>
              You leave {name}, where you are {role}. It stays.
            </List.Item>
          ))}
          {plan.invited.length > 0 && (
            <List.Item>Your open invitations end: {plan.invited.join(", ")}.</List.Item>
          )}
          <List.Item>Your ways to sign in, your sessions, reports and saved views.</List.Item>
        </List>
      </Card>
      <Card title="What stays">
        <Text>
          In projects that stay: checks and channels, also those that send to your address, and the audit log,
          which names your address for 400 days.
        </Text>
      </Card>
      {remove.isError && <ErrorAlert error={remove.error} />}
      <Text>
        Your account is deleted in 7 days. Until then everything works, and you can take it back here.
      </Text>
      <Group>
        <Button
          color="red"
          disabled={chosen.length < owned.length}
          loading={remove.isPending}
          onClick={submit}
        >
          Delete my account
        </Button>
      </Group>
    </Stack>
  );
}

type Organization = DeletionView["organizations"][number];

/** "with its 2 projects (Web, Ops) and for 3 other people". */
function contentOf({ projects, otherPeople }: Organization): string {
  const count = projects.length === 1 ? "1 project" : `${projects.length} projects`;
  const content = projects.length === 0 ? "without projects" : `with its ${count} (${projects.join(", ")})`;
  const people = otherPeople === 1 ? "1 other person" : `${otherPeople} other people`;
  return otherPeople === 0 ? content : `${content} and for ${people}`;
}
