import type { ReactNode } from "react";
import { Alert } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";

import { useTitle } from "../ui/page.tsx";
import styles from "./account-frame.module.css";

/** The frame of the pages one sees before being signed in. */
export function EntryFrame({
  title,
  lead,
  children,
}: {
  title: string;
  lead: ReactNode;
  children: ReactNode;
}) {
  useTitle(title);
  return (
    <main className={styles["frame"]}>
      <div className={styles["box"]}>
        <div className={styles["brand"]}>
          <img src="/favicon.svg" alt="" width={36} height={36} />
          <span>Overdue</span>
        </div>
        <h1 className={styles["title"]}>{title}</h1>
        <p className={styles["lead"]}>{lead}</p>
        {children}
      </div>
    </main>
  );
}

/** Said alike whether or not the address has an account. */
export function MailSent({ email, what }: { email: string; what: string }) {
  return (
    <Alert icon={<IconMail aria-hidden />} color="indigo" title="Look into your mailbox" role="alert">
      {what} was sent to {email}. If nothing comes within some minutes, look into the folder for spam, then
      try again: at most three mails an hour go to one address.
    </Alert>
  );
}
