import { Menu } from "@mantine/core";
import { Link } from "@tanstack/react-router";

import type { LazyMenuProps, MenuEntry } from "./lazy-menu.tsx";

/** The menu behind a `LazyMenu`, open at first. */
// oxlint-disable-next-line import/no-default-export -- React loads it by itself
export default function OpenedMenu({ target, entries, ...menu }: LazyMenuProps) {
  return (
    // The library's place for the first focus is no item, which a menu may not contain.
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

/** The label, where no other entry has the same. */
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
