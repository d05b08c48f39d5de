import { Button, Group, Text } from "@mantine/core";

import { Card } from "../ui/card.tsx";
import { TextLink } from "../ui/page.tsx";
import { toast } from "../ui/toast.tsx";
import { useExportAccount } from "./account-end-queries.ts";

/** What a person takes along, and the end of the account. */
export function DataCard() {
  const exported = useExportAccount();
  const submit = () => exported.mutate(undefined, { onSuccess: save, onError: toast.error });
  return (
    <Card title="Your data">
      <Text mb="xs">
        What is stored about you: your account, sessions, roles, keys and what you did. The export of a
        project’s history is on its pages.
      </Text>
      <Group>
        <Button variant="default" loading={exported.isPending} onClick={submit}>
          Download as JSON
        </Button>
        <TextLink to="/account/delete">Delete your account</TextLink>
      </Group>
    </Card>
  );
}

function save(exported: object): void {
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(exported, null, 2)], { type: "application/json" }),
  );
  const link = Object.assign(document.createElement("a"), { href: url, download: "overdue-account.json" });
  link.click();
  URL.revokeObjectURL(url);
}
