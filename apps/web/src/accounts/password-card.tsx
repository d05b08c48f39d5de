import { Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Card } from "../ui/card.tsx";
import { tell } from "../ui/toast.tsx";
import { Trouble } from "../ui/listing.tsx";
import { useChangePassword } from "./account-queries.ts";
import { PASSWORD_LENGTH_MIN } from "./new-password-form.tsx";

/** Changes one's own password; every other session of the account ends. */
export function PasswordCard() {
  const change = useChangePassword();
  const form = useForm({
    initialValues: { currentPassword: "", newPassword: "" },
    validate: {
      newPassword: (text) =>
        text.length < PASSWORD_LENGTH_MIN ? `Use at least ${PASSWORD_LENGTH_MIN} characters.` : null,
    },
  });
  const submit = (values: typeof form.values) =>
    change.mutate(values, {
      onSuccess: () => {
        form.reset();
        tell.done("Your password is changed. Every other session is signed out.");
      },
    });
  return (
    <Card title="Your password">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack maw={360}>
          {change.isError && <Trouble error={change.error} />}
          <PasswordInput
            label="Current password"
            autoComplete="current-password"
            required
            {...form.getInputProps("currentPassword")}
          />
          <PasswordInput
            label="New password"
            description={`At least ${PASSWORD_LENGTH_MIN} characters.`}
            autoComplete="new-password"
            required
            {...form.getInputProps("newPassword")}
          />
          <div>
            <Button type="submit" variant="default" loading={change.isPending}>
              Change the password
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  );
}
