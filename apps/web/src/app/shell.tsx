import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import { IconAlertTriangle, IconBell, IconClockCheck, IconSettings, IconTool } from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

import type { Me } from "../accounts/account-queries.ts";
import { AccountMenu, ColorSchemeToggle, ProjectSwitcher } from "./header-menus.tsx";
import styles from "./shell.module.css";

type Props = {
  me: Me;
  projectId: string;
  /** How many incidents are open, as it is shown: "3", "200+"; empty for none. */
  openIncidents: string;
  banner: ReactNode;
  children: ReactNode;
};

const PLACES = [
  {
    to: "/projects/$projectId/checks",
    label: "Checks",
    icon: IconClockCheck,
    parts: ["checks", "refused-pings"],
  },
  { to: "/projects/$projectId/incidents", label: "Incidents", icon: IconAlertTriangle, parts: ["incidents"] },
  {
    to: "/projects/$projectId/channels",
    label: "Alerts",
    icon: IconBell,
    parts: ["channels", "routes", "on-call", "deliveries", "dead-letters"],
  },
  { to: "/projects/$projectId/maintenance", label: "Maintenance", icon: IconTool, parts: ["maintenance"] },
  {
    to: "/projects/$projectId/settings",
    label: "Settings",
    icon: IconSettings,
    parts: ["settings", "audit", "report"],
  },
] as const;

const ALERT_PLACES = [
  { to: "/projects/$projectId/channels", label: "Channels" },
  { to: "/projects/$projectId/routes", label: "Routes" },
  { to: "/projects/$projectId/on-call", label: "On call" },
  { to: "/projects/$projectId/deliveries", label: "Deliveries" },
  { to: "/projects/$projectId/dead-letters", label: "Not delivered" },
] as const;

/** The frame of a project's pages: on a phone its places stand at the bottom, in reach of the thumb. */
export function Shell({ me, projectId, openIncidents, banner, children }: Props) {
  const part = useLocation({ select: ({ pathname }) => pathname.split("/")[3] ?? "" });
  const here = PLACES.find(({ parts }) => parts.some((one) => one === part));
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
          {PLACES.map((place) => (
            <Link
              key={place.label}
              to={place.to}
              params={{ projectId }}
              className={styles["place"]}
              data-here={place === here || undefined}
              aria-current={place === here ? "true" : undefined}
            >
              <place.icon size={20} aria-hidden />
              {place.label}
              {place.label === "Incidents" && openIncidents !== "" && (
                <span className={styles["count"]}>
                  {openIncidents}
                  <VisuallyHidden> open</VisuallyHidden>
                </span>
              )}
            </Link>
          ))}
        </nav>
        <div className={styles["end"]}>
          <ColorSchemeToggle />
          <AccountMenu me={me} />
        </div>
      </header>
      {banner}
      {here?.label === "Alerts" && <AlertPlaces projectId={projectId} />}
      <main id="main" className={styles["main"]}>
        {children}
      </main>
    </div>
  );
}

/** The pages about who is told. */
function AlertPlaces({ projectId }: { projectId: string }) {
  const places = useRef<HTMLElement>(null);
  const here = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    // On a phone they do not all fit.
    places.current?.querySelector(".active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [here]);
  return (
    <nav ref={places} className={styles["subplaces"]} aria-label="Alerts">
      {ALERT_PLACES.map(({ to, label }) => (
        <Link key={label} to={to} params={{ projectId }} className={styles["subplace"]}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
