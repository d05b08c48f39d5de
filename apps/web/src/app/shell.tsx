import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconBell, IconClockCheck, IconSend, IconSettings } from "@tabler/icons-react";
import { Link } from "@tanstack/react-router";
import type { ReactNode } from "react";

import type { Me } from "../accounts/account-queries.ts";
import { AccountMenu } from "./account-menu.tsx";
import { ColorSchemeToggle } from "./color-scheme-toggle.tsx";
import { ProjectSwitcher } from "./project-switcher.tsx";
import styles from "./shell.module.css";

type Props = { me: Me; projectId: string; banner: ReactNode; children: ReactNode };

const PLACES = [
  { to: "/projects/$projectId/checks", label: "Checks", icon: IconClockCheck },
  { to: "/projects/$projectId/channels", label: "Channels", icon: IconBell },
  { to: "/projects/$projectId/deliveries", label: "Deliveries", icon: IconSend },
  { to: "/projects/$projectId/settings", label: "Settings", icon: IconSettings },
] as const;

/** The frame of a project's pages: on a phone its places stand at the bottom, in reach of the thumb. */
export function Shell({ me, projectId, banner, children }: Props) {
  return (
    <div className={styles["shell"]}>
      <UnstyledButton component="a" href="#main" className={styles["skip"]}>
        Skip to the content
      </UnstyledButton>
      <header className={styles["bar"]}>
        <Link to="/" className={styles["brand"]}>
          <img src="/favicon.svg" alt="" width={28} height={28} />
          <span className={styles["name"]}>Overdue</span>
          <VisuallyHidden>: to the checks</VisuallyHidden>
        </Link>
        <ProjectSwitcher projects={me.projects} projectId={projectId} />
        <nav className={styles["places"]} aria-label="Project">
          {PLACES.map(({ to, label, icon: Icon }) => (
            <Link key={label} to={to} params={{ projectId }} className={styles["place"]}>
              <Icon size={20} aria-hidden />
              {label}
            </Link>
          ))}
        </nav>
        <div className={styles["end"]}>
          <ColorSchemeToggle />
          <AccountMenu user={me.user} />
        </div>
      </header>
      {banner}
      <main id="main" className={styles["main"]}>
        {children}
      </main>
    </div>
  );
}
