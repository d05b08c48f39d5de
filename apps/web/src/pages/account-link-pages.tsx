import { Button, Group, Stack } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";

import {
  useConfirmEmailChange,
  useKeepAccountByLink,
  useStopEmailChange,
} from "../accounts/account-end-queries.ts";
import { AccountFrame } from "../accounts/account-frame.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { TextLink } from "../ui/page.tsx";

/** Confirms or stops the change of an address. Buttons, since programs that look into mails open their links too. */
export function EmailChangePage() {
  const { token = "" } = useSearch({ from: "/email-change" });
  const confirm = useConfirmEmailChange();
  const stop = useStopEmailChange();
  if (stop.isSuccess)
    return (
      <AccountFrame
        title="The change is stopped"
        lead="The account keeps its address. If somebody else asked for it, choose a new password now."
      >
        <TextLink to="/forgot-password">Choose a new password</TextLink>
      </AccountFrame>
    );
  if (confirm.isSuccess)
    return confirm.data.state === "changed" ? (
      <AccountFrame title="The address is changed" lead="From now on you sign in with the new address.">
        <TextLink to="/">Continue</TextLink>
      </AccountFrame>
    ) : (
      <AccountFrame title="Confirmed" lead="Now open the link in the e-mail to the other address too.">
        <TextLink to="/">Continue</TextLink>
      </AccountFrame>
    );
  return (
    <AccountFrame
      title="Change the address of an account"
      lead="You opened the link of an e-mail about the change. It needs the confirmation of both addresses."
    >
      <Stack>
        {confirm.isError && <ErrorAlert error={confirm.error} />}
        {stop.isError && <ErrorAlert error={stop.error} />}
        <Group>
          <Button loading={confirm.isPending} onClick={() => confirm.mutate(token)}>
            Confirm the change
          </Button>
          <Button variant="default" loading={stop.isPending} onClick={() => stop.mutate(token)}>
            Stop the change
          </Button>
        </Group>
      </Stack>
    </AccountFrame>
  );
}

/** Takes the deletion of an account back. */
export function KeepAccountPage() {
  const { token = "" } = useSearch({ from: "/keep-account" });
  const keep = useKeepAccountByLink();
  if (keep.isSuccess)
    return (
      <AccountFrame
        title="Your account stays"
        lead="If somebody else asked for its deletion, choose a new password now."
      >
        <Group>
          <TextLink to="/">Continue</TextLink>
          <TextLink to="/forgot-password">Choose a new password</TextLink>
        </Group>
      </AccountFrame>
    );
  return (
    <AccountFrame title="Keep your account?" lead="You opened the link of the e-mail about its deletion.">
      <Stack>
        {keep.isError && <ErrorAlert error={keep.error} />}
        <Button loading={keep.isPending} onClick={() => keep.mutate(token)}>
          Keep the account
        </Button>
      </Stack>
    </AccountFrame>
  );
}
