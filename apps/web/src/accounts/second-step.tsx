import { Stack } from "@mantine/core";

import { PasskeyButton } from "./passkey-button.tsx";
import { canUsePasskeys } from "./passkeys.ts";
import { SecondFactorForm } from "./second-factor-form.tsx";
import { useSecondFactor, useSignInByPasskey } from "./sign-in-queries.ts";

/** The first factor was right, and the account asks for a second one. */
export function SecondStep({ onDone }: { onDone: () => void }) {
  const finish = useSecondFactor();
  return (
    <Stack>
      <SecondFactorForm
        submitLabel="Sign in"
        isPending={finish.isPending}
        error={finish.error}
        onSubmit={(factor) => finish.mutate(factor, { onSuccess: onDone })}
      />
      {canUsePasskeys() && <PasskeySignIn onDone={onDone} />}
    </Stack>
  );
}

/** Signs in with a passkey, whose device knows which account it belongs to. */
export function PasskeySignIn({ onDone }: { onDone: () => void }) {
  const signIn = useSignInByPasskey();
  return (
    <PasskeyButton
      label="Sign in with a passkey"
      isPending={signIn.isPending}
      error={signIn.error}
      onClick={() => signIn.mutate(undefined, { onSuccess: onDone })}
    />
  );
}
