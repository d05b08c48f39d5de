import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import {
  instanceQuery,
  invitationQuery,
  meQuery,
  type ReceivedInvitation,
  useAccept,
  useDeclineByLink,
  useSignUpInvited,
} from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/account-frame.tsx";
import { NewPasswordForm } from "../accounts/new-password-form.tsx";
import { TextLink } from "../ui/page.tsx";
import { Trouble } from "../ui/listing.tsx";

const ROLES = {
  owner: "an owner, who may do everything",
  editor: "an editor, who changes checks and channels",
  viewer: "a viewer, who looks on",
};

/** Behind the link of an invitation: nothing happens before the person accepts or declines. */
export function InvitationPage() {
  const { token = "" } = useSearch({ from: "/invitation" });
  const { data: invitation, error } = useQuery(invitationQuery(token));
  const decline = useDeclineByLink();
  if (decline.isSuccess)
    return (
      <EntryFrame title="Invitation declined" lead="Nothing was changed. You can close this page.">
        {null}
      </EntryFrame>
    );
  if (error !== null)
    return (
      <EntryFrame title="This invitation cannot be opened" lead="It may have been answered already.">
        <Trouble error={error} />
      </EntryFrame>
    );
  if (invitation === undefined)
    return (
      <EntryFrame title="Invitation" lead="One moment …">
        {null}
      </EntryFrame>
    );
  const { projectName, invitedBy, role } = invitation;
  return (
    <EntryFrame
      title={`Join the project “${projectName}”?`}
      lead={`${invitedBy ?? "An owner"} invites ${invitation.email} as ${ROLES[role]}.`}
    >
      <Stack>
        {decline.isError && <Trouble error={decline.error} />}
        <Answer invitation={invitation} token={token} />
        <Group>
          <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate(token)}>
            Decline
          </Button>
        </Group>
      </Stack>
    </EntryFrame>
  );
}

type Props = { invitation: ReceivedInvitation; token: string };

/** What the person can do: accept, sign in with the right account, or make it. */
function Answer({ invitation, token }: Props) {
  const { data: me, isPending } = useQuery({ ...meQuery, retry: false });
  if (isPending) return null;
  if (me === undefined) return <WithoutAccount invitation={invitation} token={token} />;
  if (me.user.email !== invitation.email)
    return (
      <Alert color="orange" title="Another account is signed in">
        You are signed in as {me.user.email}, and the invitation is for {invitation.email}. Sign out, then
        open the link again.
      </Alert>
    );
  return <AcceptButton invitation={invitation} token={token} />;
}

function AcceptButton({ invitation, token }: Props) {
  const accept = useAccept();
  const navigate = useNavigate();
  const submit = () =>
    accept.mutate(
      { id: invitation.id, token },
      {
        onSuccess: ({ projectId }) =>
          void navigate({ to: "/projects/$projectId/checks", params: { projectId } }),
      },
    );
  return (
    <>
      {accept.isError && <Trouble error={accept.error} />}
      <Button loading={accept.isPending} onClick={submit}>
        Accept
      </Button>
    </>
  );
}

function WithoutAccount({ invitation, token }: Props) {
  const signUp = useSignUpInvited();
  const navigate = useNavigate();
  const { data: instance } = useQuery(instanceQuery);
  const back = `/invitation?token=${encodeURIComponent(token)}`;
  return (
    <>
      <p>
        You have an account with {invitation.email}?{" "}
        <TextLink to="/sign-in" search={{ to: back }}>
          Sign in to accept
        </TextLink>
      </p>
      {instance?.registration !== "closed" && (
        <NewPasswordForm
          withName
          submitLabel="Make an account and accept"
          isPending={signUp.isPending}
          error={signUp.error}
          onSubmit={(values, refused) =>
            signUp.mutate(
              { token, ...values },
              { onSuccess: () => void navigate({ to: "/" }), onError: refused },
            )
          }
        />
      )}
    </>
  );
}
