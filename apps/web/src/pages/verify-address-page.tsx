import { Button, Stack } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";

import { useFinishVerification } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { TextLink } from "../ui/page.tsx";
import { Trouble } from "../ui/trouble.tsx";

/** Behind the link of a mail: a button confirms, for scanners of mail open links too. */
export function VerifyAddressPage() {
  const { token } = useSearch({ from: "/verify-address" });
  const finish = useFinishVerification();
  if (finish.isSuccess)
    return (
      <EntryFrame title="Your address is confirmed" lead="Mails of Overdue go there from now on.">
        <TextLink to="/">Go on</TextLink>
      </EntryFrame>
    );
  return (
    <EntryFrame title="Confirm your address" lead="The account that this mail came for is yours.">
      <Stack>
        {finish.isError && <Trouble error={finish.error} />}
        <Button loading={finish.isPending} onClick={() => finish.mutate(token ?? "")}>
          Confirm the address
        </Button>
      </Stack>
    </EntryFrame>
  );
}
