import { ActionIcon, Button, Checkbox, List, Popover, Stack, Text, Tooltip } from "@mantine/core";
import { IconTrash } from "@tabler/icons-react";
import { useQuery } from "@tanstack/react-query";
import { useState } from "react";

import { tell } from "../ui/tell.tsx";
import { memberKeysQuery, type MemberView, useRemoveMember } from "./project-queries.ts";

type Props = { projectId: string; member: MemberView };

/** Asks before it removes, and says which API keys of the person would go on. */
export function RemoveMember({ projectId, member: { userId, name } }: Props) {
  return (
    <Popover trapFocus returnFocus position="bottom-end" width={320}>
      <Popover.Target>
        <Tooltip label="Remove from the project; the account stays">
          <ActionIcon variant="subtle" color="red" aria-label={`Remove ${name}`}>
            <IconTrash size={17} />
          </ActionIcon>
        </Tooltip>
      </Popover.Target>
      <Popover.Dropdown aria-label={`Remove ${name}?`}>
        <Question projectId={projectId} userId={userId} name={name} />
      </Popover.Dropdown>
    </Popover>
  );
}

function Question({ projectId, userId, name }: { projectId: string; userId: string; name: string }) {
  const { data: keys = [], isPending } = useQuery(memberKeysQuery({ projectId, userId }));
  const remove = useRemoveMember(projectId);
  const [endKeys, setEndKeys] = useState(false);
  const submit = () =>
    remove.mutate(
      { userId, keys: endKeys ? "end" : "keep" },
      { onSuccess: () => tell.done(`${name} is no member any more.`), onError: tell.trouble },
    );
  return (
    <Stack gap="xs">
      <Text>{name} cannot see this project any more, at once. To come back they need a new invitation.</Text>
      {keys.length > 0 && (
        <>
          <Text>They made these API keys, which go on working:</Text>
          <List>
            {keys.map((key) => (
              <List.Item key={key.id}>
                {key.name} ({key.scope})
              </List.Item>
            ))}
          </List>
          <Checkbox
            label="End these keys too"
            checked={endKeys}
            onChange={(event) => setEndKeys(event.currentTarget.checked)}
          />
        </>
      )}
      <Button color="red" size="compact-md" disabled={isPending} loading={remove.isPending} onClick={submit}>
        Remove {name}
      </Button>
    </Stack>
  );
}
