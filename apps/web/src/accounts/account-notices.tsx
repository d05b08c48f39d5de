import { Alert, Button, Group, Text } from "@mantine/core";
import { IconMail, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { tell } from "../ui/toast.tsx";
import {
  instanceQuery,
  type Me,
  myInvitationsQuery,
  type ReceivedInvitation,
  useAccept,
  useAskVerification,
  useDecline,
} from "./account-queries.ts";

/** What the account itself asks of the person: to confirm the address, and to answer invitations. */
export function AccountNotices({ me }: { me: Me }) {
  const { data: invitations = [] } = useQuery({ ...myInvitationsQuery, enabled: me.user.isVerified });
  return (
    <>
      {!me.user.isVerified && <Unverified email={me.user.email} />}
      {invitations.map((invitation) => (
        <Invited key={invitation.id} invitation={invitation} />
      ))}
    </>
  );
}

function Unverified({ email }: { email: string }) {
  const { data: instance } = useQuery(instanceQuery);
  const ask = useAskVerification();
  if (instance?.passwordReset !== true) return null; // without a mail server there is nothing to confirm
  const submit = () =>
    ask.mutate(undefined, {
      onSuccess: () => tell.done(`A mail is on its way to ${email}.`),
      onError: tell.trouble,
    });
  return (
    <Alert color="orange" icon={<IconMail aria-hidden />} title="Confirm your address" mb="md">
      <Text mb="xs">{email} is not confirmed yet, so no reports and no mails for owners go there.</Text>
      <Button size="compact-md" variant="default" loading={ask.isPending} onClick={submit}>
        Send the mail that confirms it
      </Button>
    </Alert>
  );
}

function Invited({ invitation: { id, projectName, invitedBy, role } }: { invitation: ReceivedInvitation }) {
  const accept = useAccept();
  const decline = useDecline();
  // This notice is gone before the callbacks of `mutate` would be called.
  const join = () => {
    accept
      .mutateAsync({ id })
      .then(() => tell.done(`You are a member of “${projectName}” now.`))
      .catch(tell.trouble);
  };
  return (
    <Alert
      color="indigo"
      icon={<IconUserPlus aria-hidden />}
      title={`Join the project “${projectName}”?`}
      mb="md"
    >
      <Text mb="xs">
        {invitedBy ?? "An owner"} invites you as {role}.
      </Text>
      <Group gap="xs">
        <Button size="compact-md" loading={accept.isPending} onClick={join}>
          Accept
        </Button>
        <Button
          size="compact-md"
          variant="default"
          loading={decline.isPending}
          onClick={() => decline.mutate({ id }, { onError: tell.trouble })}
        >
          Decline
        </Button>
      </Group>
    </Alert>
  );
}
