import { Alert, Button, Group, Stack } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";

import {
  instanceQuery,
  invitationQuery,
  meQuery,
  type ReceivedInvitation,
  useAcceptInvitation,
  useDeclineInvitationByLink,
  useSignUpWithInvitation,
} from "../accounts/account-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { NewPasswordForm } from "../accounts/password-forms.tsx";
import { TextLink } from "../ui/page.tsx";
import { ErrorAlert } from "../ui/listing.tsx";

const ROLES = {
  owner: "an owner, with access to everything",
  admin: "an admin, who can also change members, keys and settings",
  member: "a member, who can change checks and channels",
  viewer: "a viewer, with view-only access",
};

/** The page that the link of an invitation opens. Nothing happens before the person accepts or declines. */
export function InvitationPage() {
  const { token = "" } = useSearch({ from: "/invitation" });
  const { data: invitation, error } = useQuery(invitationQuery(token));
  const decline = useDeclineInvitationByLink();
  if (decline.isSuccess)
    return (
      <AccountFrame title="Invitation declined" lead="Nothing was changed. You can close this page.">
        {null}
      </AccountFrame>
    );
  if (error !== null)
    return (
      <AccountFrame
        title="This invitation cannot be opened"
        lead="It may have been accepted or declined already."
      >
        <ErrorAlert error={error} />
      </AccountFrame>
    );
  if (invitation === undefined)
    return (
      <AccountFrame title="Invitation" lead="One moment …">
        {null}
      </AccountFrame>
    );
  const { name, to, invitedBy, role } = invitation;
  return (
    <AccountFrame
      title={`Join the ${to} “${name}”?`}
      lead={`${invitedBy ?? "An owner"} invites ${invitation.email} as ${ROLES[role]}.`}
    >
      <Stack>
        {decline.isError && <ErrorAlert error={decline.error} />}
        <AcceptInvitation invitation={invitation} token={token} />
        <Group>
          <Button variant="default" loading={decline.isPending} onClick={() => decline.mutate(token)}>
            Decline
          </Button>
        </Group>
      </Stack>
    </AccountFrame>
  );
}

type Props = { invitation: ReceivedInvitation; token: string };

/** What the person can do: accept, sign in with the right account, or create one. */
function AcceptInvitation({ invitation, token }: Props) {
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
  const accept = useAcceptInvitation();
  const navigate = useNavigate();
  const submit = () =>
    accept.mutate(
      { id: invitation.id, token },
      {
        onSuccess: ({ projectId }) =>
          void (projectId === null
            ? navigate({ to: "/" })
            : navigate({ to: "/projects/$projectId/checks", params: { projectId } })),
      },
    );
  return (
    <>
      {accept.isError && <ErrorAlert error={accept.error} />}
      <Button loading={accept.isPending} onClick={submit}>
        Accept
      </Button>
    </>
  );
}

function WithoutAccount({ invitation, token }: Props) {
  const signUp = useSignUpWithInvitation();
  const navigate = useNavigate();
  const { data: instance } = useQuery(instanceQuery);
  const back = `/invitation?token=${encodeURIComponent(token)}`;
  return (
    <>
      <p>
        Do you have an account with {invitation.email}?{" "}
        <TextLink to="/sign-in" search={{ to: back }}>
          Sign in to accept
        </TextLink>
      </p>
      {instance?.registration !== "closed" && (
        <NewPasswordForm
          withName
          submitLabel="Create account and accept"
          isPending={signUp.isPending}
          error={signUp.error}
          onSubmit={(values, showError) =>
            signUp.mutate(
              { token, ...values },
              { onSuccess: () => void navigate({ to: "/" }), onError: showError },
            )
          }
        />
      )}
    </>
  );
}
