import { Button, PasswordInput, Stack } from "@mantine/core";
import { useForm } from "@mantine/form";

import { Card } from "../ui/card.tsx";
import { toast } from "../ui/toast.tsx";
import { ErrorAlert } from "../ui/listing.tsx";
import { useChangePassword } from "./account-queries.ts";
import { PASSWORD_LENGTH_MIN } from "./new-password-form.tsx";

/** Changes the password of the signed-in person, which ends every other session of the account. */
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
        toast.success("Your password is changed. Every other session is signed out.");
      },
    });
  return (
    <Card title="Your password">
      <form onSubmit={form.onSubmit(submit)}>
        <Stack maw={360}>
          {change.isError && <ErrorAlert error={change.error} />}
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
              Change password
            </Button>
          </div>
        </Stack>
      </form>
    </Card>
  );
}
