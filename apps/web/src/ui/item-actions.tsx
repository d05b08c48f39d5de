import { ActionIcon, Button } from "@mantine/core";
import { IconDotsVertical, IconPencil, IconTrash } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";

import { LazyMenu } from "./lazy-menu.tsx";

/** The link to the form of a list's item. `name`: of the item, for screen readers. */
export function EditLink({ name, to }: { name: string; to: string }) {
  return (
    <Button
      component={Link}
      to={to}
      variant="default"
      size="compact-md"
      leftSection={<IconPencil size={16} aria-hidden />}
      aria-label={`Edit ${name}`}
    >
      Edit
    </Button>
  );
}

/** A menu that deletes a list's item. */
export function DeleteMenu({ name, remove }: { name: string; remove: () => void }) {
  return (
    <LazyMenu
      position="bottom-end"
      target={
        <ActionIcon variant="subtle" color="gray" size={30} aria-label={`Actions for ${name}`}>
          <IconDotsVertical size={18} />
        </ActionIcon>
      }
      entries={() => [
        { label: "Delete", isDanger: true, icon: <IconTrash size={16} aria-hidden />, onClick: remove },
      ]}
    />
  );
}
