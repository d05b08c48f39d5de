import { ActionIcon, Menu } from "@mantine/core";
import { IconLogout, IconServer, IconUserCircle } from "@tabler/icons-react";
import { Link, useNavigate } from "@tanstack/react-router";

import { type Me, useSignOut } from "../accounts/account-queries.ts";
import { tell } from "../ui/tell.tsx";

/** Who is signed in, and the way out. */
export function AccountMenu({ me: { user, isOperator } }: { me: Me }) {
  const navigate = useNavigate();
  const signOut = useSignOut();
  const leave = () =>
    signOut.mutate(undefined, { onSuccess: () => void navigate({ to: "/sign-in" }), onError: tell.trouble });
  return (
    <Menu position="bottom-end" width={220}>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray" size="lg" aria-label={`Account: ${user.name}`}>
          <IconUserCircle size={22} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{user.email}</Menu.Label>
        {isOperator && (
          <Menu.Item component={Link} to="/operator" leftSection={<IconServer size={16} aria-hidden />}>
            This installation
          </Menu.Item>
        )}
        <Menu.Item leftSection={<IconLogout size={16} aria-hidden />} onClick={leave}>
          Sign out
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
