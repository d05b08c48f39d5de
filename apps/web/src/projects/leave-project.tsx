import { Button, Group, Popover, Text } from "@mantine/core";
import { useNavigate } from "@tanstack/react-router";

import { tell } from "../ui/tell.tsx";
import { useLeave } from "./project-queries.ts";

/** Everybody may go, whatever the role; the server keeps the last owner, and says the way out. */
export function LeaveProject({ projectId }: { projectId: string }) {
  const leave = useLeave(projectId);
  const navigate = useNavigate();
  const submit = () =>
    leave.mutate(undefined, {
      onSuccess: () => {
        tell.done("You left the project.");
        void navigate({ to: "/" });
      },
      onError: tell.trouble,
    });
  return (
    <Group mt="md">
      <Popover trapFocus returnFocus position="bottom-start" width={300}>
        <Popover.Target>
          <Button variant="default" size="compact-md">
            Leave this project
          </Button>
        </Popover.Target>
        <Popover.Dropdown aria-label="Leave this project?">
          <Text mb="xs">You cannot see it any more. To come back you need an invitation.</Text>
          <Button color="red" size="compact-md" loading={leave.isPending} onClick={submit}>
            Leave
          </Button>
        </Popover.Dropdown>
      </Popover>
    </Group>
  );
}
