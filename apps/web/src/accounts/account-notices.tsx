import { Alert, Button, Group, Text } from "@mantine/core";
import { IconMail, IconTrash, IconUserPlus } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";

import { TextLink } from "../ui/page.tsx";
import { ExactTime } from "../ui/time.tsx";
import { toast } from "../ui/toast.tsx";
import {
  instanceQuery,
  type Me,
  myInvitationsQuery,
  type ReceivedInvitation,
  useAcceptInvitation,
  useRequestVerification,
  useDeclineInvitation,
} from "./account-queries.ts";

/** Asks the person to confirm their address, and to accept or decline invitations. */
export function AccountNotices({ me }: { me: Me }) {
  const { data: invitations = [] } = useQuery({ ...myInvitationsQuery, enabled: me.user.isVerified });
  return (
    <>
      {me.user.deleteAfter !== null && <DeletionNotice at={me.user.deleteAfter} />}
      {!me.user.isVerified && <ConfirmAddressNotice email={me.user.email} />}
      {invitations.map((invitation) => (
        <InvitationNotice key={invitation.id} invitation={invitation} />
      ))}
    </>
  );
}

function DeletionNotice({ at }: { at: string }) {
  return (
    <Alert color="red" icon={<IconTrash aria-hidden />} title="Your account will be deleted" mb="md">
      After <ExactTime at={at} />. <TextLink to="/account/delete">Keep the account</TextLink>
    </Alert>
  );
}

function ConfirmAddressNotice({ email }: { email: string }) {
  const { data: instance } = useQuery(instanceQuery);
  const ask = useRequestVerification();
  if (instance?.passwordReset !== true) return null; // Without a mail server the address cannot be confirmed.
  const submit = () =>
    ask.mutate(undefined, {
      onSuccess: () => toast.success(`An e-mail is on its way to ${email}.`),
      onError: toast.error,
    });
  return (
    <Alert color="orange" icon={<IconMail aria-hidden />} title="Confirm your address" mb="md">
      <Text mb="xs">
        {email} is not confirmed yet, so Overdue sends no reports and no messages for owners there.
      </Text>
      <Button size="compact-md" variant="default" loading={ask.isPending} onClick={submit}>
        Send confirmation e-mail
      </Button>
    </Alert>
  );
}

function InvitationNotice({
  invitation: { id, name, to, invitedBy, role },
}: {
  invitation: ReceivedInvitation;
}) {
  const accept = useAcceptInvitation();
  const decline = useDeclineInvitation();
  // This notice is unmounted before `mutate` would call its callbacks.
  const join = () => {
    accept
      .mutateAsync({ id })
      .then(() => toast.success(`You are now a member of “${name}”.`))
      .catch(toast.error);
  };
  return (
    <Alert color="indigo" icon={<IconUserPlus aria-hidden />} title={`Join the ${to} “${name}”?`} mb="md">
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
          onClick={() => decline.mutate({ id }, { onError: toast.error })}
        >
          Decline
        </Button>
      </Group>
    </Alert>
  );
}
