import { useSuspenseQuery } from "@tanstack/react-query";

import { meQuery } from "../accounts/account-queries.ts";
import { DataCard } from "../accounts/data-card.tsx";
import { EmailCard } from "../accounts/email-card.tsx";
import { AuthenticatorCard } from "../accounts/authenticator-card.tsx";
import { PasskeyCard } from "../accounts/passkey-card.tsx";
import { PasswordCard } from "../accounts/password-forms.tsx";
import { SessionCard } from "../accounts/session-card.tsx";
import { Card, Fact } from "../ui/card.tsx";
import { Page, TextLink } from "../ui/page.tsx";

/** The signed-in person's account: who they are, their projects and their password. */
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
        <ul>
          {me.organizations.map(({ id, name, role }) => (
            <li key={id}>
              <TextLink to="/organizations/$organizationId" params={{ organizationId: id }}>
                Organization {name}
              </TextLink>
              , {role}
            </li>
          ))}
        </ul>
        <p>Your report by e-mail is chosen for each project, in its settings.</p>
      </Card>
      <EmailCard />
      <PasswordCard />
      <AuthenticatorCard />
      <PasskeyCard />
      <SessionCard />
      <DataCard />
    </Page>
  );
}
