import { Alert } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";

/** Said alike whether or not the address has an account. */
export function MailSent({ email, what }: { email: string; what: string }) {
  return (
    <Alert icon={<IconMail aria-hidden />} color="indigo" title="Look into your mailbox" role="alert">
      {what} was sent to {email}. If nothing comes within some minutes, look into the folder for spam, then
      try again: at most three mails an hour go to one address.
    </Alert>
  );
}
