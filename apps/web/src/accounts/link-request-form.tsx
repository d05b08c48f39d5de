import { Button, Stack, TextInput } from "@mantine/core";
import { isEmail, useForm } from "@mantine/form";
import type { UseMutationResult } from "@tanstack/react-query";

import { ErrorAlert } from "../ui/listing.tsx";
import { MailSent } from "./account-frame.tsx";

/** Asks for an e-mail address, then requests a mail with a link to it. The answer is the same whether or not it has an account. */
export function LinkRequestForm({ request }: { request: UseMutationResult<unknown, Error, string> }) {
  const form = useForm({
    mode: "uncontrolled",
    initialValues: { email: "" },
    validate: { email: isEmail("Enter an e-mail address, such as anna@example.org.") },
  });
  if (request.isSuccess)
    return (
      <MailSent email={request.variables} what="If this address has an account, an e-mail with a link" />
    );
  return (
    <form onSubmit={form.onSubmit(({ email }) => request.mutate(email))} noValidate>
      <Stack>
        {request.isError && <ErrorAlert error={request.error} />}
        <TextInput
          label="E-mail"
          type="email"
          autoComplete="username"
          required
          {...form.getInputProps("email")}
        />
        <Button type="submit" loading={request.isPending}>
          Send e-mail
        </Button>
      </Stack>
    </form>
  );
}
