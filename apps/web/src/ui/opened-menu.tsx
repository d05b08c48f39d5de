import { Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { LazyMenuProps, MenuEntry } from "./lazy-menu.tsx";

/** The menu of a `LazyMenu`, open from the start. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function OpenedMenu({ target, entries, ...menu }: LazyMenuProps) {
  return (
    // The library's focus placeholder is not a menu item, and a menu may contain only items (role=menu).
    <Menu defaultOpened withInitialFocusPlaceholder={false} {...menu}>
      <Menu.Target>{target}</Menu.Target>
      <Menu.Dropdown>
        {entries().map((entry, index) => (
          <Entry key={entryKey(entry, index)} entry={entry} />
        ))}
      </Menu.Dropdown>
    </Menu>
  );
}

/** The entry's `id`, which it has if its label may occur twice; otherwise its label, or the index of a divider. */
function entryKey(entry: MenuEntry, index: number): string | number {
  if (entry === "divider") return index;
  return "id" in entry && entry.id !== undefined ? entry.id : entry.label;
}

function Entry({ entry }: { entry: MenuEntry }) {
  if (entry === "divider") return <Menu.Divider />;
  if (entry.to === undefined && entry.onClick === undefined) return <Menu.Label>{entry.label}</Menu.Label>;
  const { icon = null, right = null, isDanger = false, label } = entry;
  const sections = { leftSection: icon, rightSection: right, ...(isDanger && { c: "var(--status-down)" }) };
  return entry.to === undefined ? (
    <Menu.Item {...sections} onClick={entry.onClick}>
      {label}
    </Menu.Item>
  ) : (
    <Menu.Item {...sections} component={Link} to={entry.to}>
      {label}
    </Menu.Item>
  );
}
