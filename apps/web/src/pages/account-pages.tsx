import { useSuspenseQuery } from "@tanstack/react-query";
import { Outlet } from "@tanstack/react-router";

import { AccountNotices } from "../accounts/account-notices.tsx";
import { meQuery } from "../accounts/account-queries.ts";
import { PasswordCard } from "../accounts/password-forms.tsx";
import { homeProjectId } from "../app/home.ts";
import { Shell } from "../app/shell.tsx";
import { Card, Fact } from "../ui/card.tsx";
import { Page, TextLink } from "../ui/page.tsx";
import styles from "../app/shell.module.css";

/** The frame of pages that belong to no project: the top bar of the project that was open last. */
export function AccountLayout() {
  const { data: me } = useSuspenseQuery(meQuery);
  const projectId = homeProjectId(me);
  if (projectId === null)
    return (
      <main className={styles["main"]}>
        <Outlet />
      </main>
    );
  return (
    <Shell me={me} projectId={projectId} openIncidents="" banner={<AccountNotices me={me} />}>
      <Outlet />
    </Shell>
  );
}

/** What is the person's own, whichever project is open. */
export function AccountPage() {
  const { data: me } = useSuspenseQuery(meQuery);
  return (
    <Page title="Your account" narrow>
      <Card title="Who you are">
        <dl>
          <Fact label="E-mail">{me.user.email}</Fact>
          <Fact label="Name">{me.user.name}</Fact>
        </dl>
      </Card>
      <Card title="Your projects">
        <ul>
          {me.projects.map(({ id, name, role }) => (
            <li key={id}>
              <TextLink to="/projects/$projectId/checks" params={{ projectId: id }}>
                {name}
              </TextLink>
              , {role}
            </li>
          ))}
        </ul>
        <p>Your report by e-mail is chosen for each project, in its settings.</p>
      </Card>
      <PasswordCard />
    </Page>
  );
}
