import { Alert } from "@mantine/core";
import { IconFileCode } from "@tabler/icons-react";

import { Mark } from "./mark.tsx";

/** Says that a configuration file owns something; nothing where none does. */
export function ManagedMark({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <Mark icon={IconFileCode} tone="quiet">
      Managed by a file
    </Mark>
  );
}

/** The same where it is edited: what is changed here does not last. */
export function ManagedNote({ managedBy }: { managedBy: string | null }) {
  if (managedBy === null) return null;
  return (
    <Alert color="yellow" icon={<IconFileCode aria-hidden />} title="Managed by a file">
      What you change here is changed back when the file is applied again. Change it in the file.
    </Alert>
  );
}
