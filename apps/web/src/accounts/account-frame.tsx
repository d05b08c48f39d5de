import type { ReactNode } from "react";
import { Alert } from "@mantine/core";
import { IconMail } from "@tabler/icons-react";

import { useTitle } from "../ui/page.tsx";
import { Logo } from "../ui/logo.tsx";
import styles from "./account-frame.module.css";

/** The frame of the pages that need no sign-in. */
export function AccountFrame({
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
          <Logo size={36} />
          <span>Overdue</span>
        </div>
        <h1 className={styles["title"]}>{title}</h1>
        <p className={styles["lead"]}>{lead}</p>
        {children}
      </div>
    </main>
  );
}

/** The same message whether or not the address has an account, so that nobody can find out. */
export function MailSent({ email, what }: { email: string; what: string }) {
  return (
    <Alert icon={<IconMail aria-hidden />} color="indigo" title="Check your inbox" role="alert">
      {what} was sent to {email}. If nothing arrives within a few minutes, look in the spam folder, then try
      again: at most three e-mails per hour are sent to one address.
    </Alert>
  );
}
