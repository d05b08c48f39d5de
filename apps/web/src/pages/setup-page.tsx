import { TextInput } from "@mantine/core";
import { useSuspenseQuery } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { useState } from "react";

import { instanceQuery } from "../accounts/account-queries.ts";
import { EntryFrame } from "../accounts/entry-frame.tsx";
import { SignUpForm } from "../accounts/sign-up-form.tsx";
import { TextLink } from "../ui/page.tsx";

/** The first account. The token proves that one has seen the server's console. */
export function SetupPage() {
  const navigate = useNavigate();
  const search = useSearch({ from: "/setup" });
  const [typed, setTyped] = useState("");
  const { data: instance } = useSuspenseQuery(instanceQuery);
  if (!instance.setupNeeded) return <DonePage />;
  return (
    <EntryFrame title="Welcome" lead="Make the first account of this installation. It owns everything in it.">
      {search.token === undefined && (
        <TextInput
          label="Token"
          description="Stands at the end of the address that was printed when Overdue started."
          value={typed}
          onChange={(event) => setTyped(event.currentTarget.value)}
          mb="md"
          required
        />
      )}
      <SignUpForm
        token={search.token ?? typed.trim()}
        submitLabel="Make the account"
        onDone={() => void navigate({ to: "/" })}
      />
    </EntryFrame>
  );
}

function DonePage() {
  return (
    <EntryFrame title="Already set up" lead="The first account of this installation was made before.">
      <TextLink to="/sign-in">Sign in</TextLink>
    </EntryFrame>
  );
}
