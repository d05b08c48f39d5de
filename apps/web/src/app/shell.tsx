import { UnstyledButton, VisuallyHidden } from "@mantine/core";
import {
  IconAlertTriangle,
  IconBell,
  IconClockCheck,
  IconSettings,
  IconTimeline,
  IconTool,
} from "@tabler/icons-react";
import { Link, useLocation } from "@tanstack/react-router";
import { type ReactNode, useEffect, useRef } from "react";

import type { Me } from "../accounts/account-queries.ts";
import { AccountMenu, ColorSchemeToggle, ProjectSwitcher } from "./header-menus.tsx";
import { Logo } from "../ui/logo.tsx";
import styles from "./shell.module.css";

type Props = {
  me: Me;
  projectId: string;
  /** The number of open incidents as it is shown: "3" or "200+"; empty for none. */
  openIncidents: string;
  banner: ReactNode;
  children: ReactNode;
};

const SECTIONS = [
  {
    to: "/projects/$projectId/checks",
    label: "Checks",
    icon: IconClockCheck,
    parts: ["checks", "refused-pings", "connect"],
  },
  {
    to: "/projects/$projectId/day",
    label: "History",
    icon: IconTimeline,
    parts: ["day", "uptime", "report"],
  },
  {
    to: "/projects/$projectId/incidents",
    label: "Incidents",
    icon: IconAlertTriangle,
    parts: ["incidents", "storms", "status-pages"],
  },
  {
    to: "/projects/$projectId/channels",
    label: "Alerts",
    icon: IconBell,
    parts: ["channels", "routes", "on-call", "deliveries", "dead-letters"],
  },
  {
    to: "/projects/$projectId/maintenance",
    label: "Maintenance",
    icon: IconTool,
    parts: ["maintenance", "clock-changes"],
  },
  {
    to: "/projects/$projectId/settings",
    label: "Settings",
    icon: IconSettings,
    parts: ["settings", "audit"],
  },
] as const;

/** The pages of each section that has more than one. */
const SUBSECTIONS = {
  History: [
    { to: "/projects/$projectId/day", label: "Day" },
    { to: "/projects/$projectId/uptime", label: "Uptime" },
    { to: "/projects/$projectId/report", label: "Reports" },
  ],
  Incidents: [
    { to: "/projects/$projectId/incidents", label: "Incidents" },
    { to: "/projects/$projectId/status-pages", label: "Status pages" },
  ],
  Alerts: [
    { to: "/projects/$projectId/channels", label: "Channels" },
    { to: "/projects/$projectId/routes", label: "Routes" },
    { to: "/projects/$projectId/on-call", label: "On call" },
    { to: "/projects/$projectId/deliveries", label: "Deliveries" },
    { to: "/projects/$projectId/dead-letters", label: "Dead letters" },
  ],
} as const;

/** The frame of a project's pages. On a phone the links to the sections are at the bottom, near the thumb. */
export function Shell({ me, projectId, openIncidents, banner, children }: Props) {
  const part = useLocation({ select: ({ pathname }) => pathname.split("/")[3] ?? "" });
  const current = SECTIONS.find(({ parts }) => parts.some((one) => one === part));
  return (
    <div className={styles["shell"]}>
      <UnstyledButton component="a" href="#main" className={styles["skip"]}>
        Skip to content
      </UnstyledButton>
      <header className={styles["bar"]}>
        <Link to="/" className={styles["brand"]}>
          <Logo size={28} />
          <span className={styles["name"]}>Overdue</span>
          <VisuallyHidden>: to the checks</VisuallyHidden>
        </Link>
        <ProjectSwitcher me={me} projectId={projectId} />
        <nav className={styles["sections"]} aria-label="Project">
          {SECTIONS.map((section) => (
            <Link
              key={section.label}
              to={section.to}
              params={{ projectId }}
              className={styles["section"]}
              data-current={section === current || undefined}
              aria-current={section === current ? "true" : undefined}
            >
              <section.icon size={20} aria-hidden />
              {section.label}
              {section.label === "Incidents" && openIncidents !== "" && (
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
      {current !== undefined && hasSubsections(current.label) && (
        <Subsections projectId={projectId} of={current.label} />
      )}
      <main id="main" className={styles["main"]}>
        {children}
      </main>
    </div>
  );
}

function hasSubsections(label: string): label is keyof typeof SUBSECTIONS {
  return Object.hasOwn(SUBSECTIONS, label);
}

/** The links between the pages of one section. */
function Subsections({ projectId, of }: { projectId: string; of: keyof typeof SUBSECTIONS }) {
  const nav = useRef<HTMLElement>(null);
  const path = useLocation({ select: ({ pathname }) => pathname });
  useEffect(() => {
    // On a phone the links do not all fit, so the current one is scrolled into view.
    nav.current?.querySelector(".active")?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }, [path]);
  return (
    <nav ref={nav} className={styles["subsections"]} aria-label={of}>
      {SUBSECTIONS[of].map(({ to, label }) => (
        <Link key={label} to={to} params={{ projectId }} className={styles["subsection"]}>
          {label}
        </Link>
      ))}
    </nav>
  );
}
