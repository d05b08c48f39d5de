import {
  IconActivityHeartbeat,
  IconBrandDebian,
  IconBrandDjango,
  IconBrandDocker,
  IconBrandElastic,
  IconBrandGolang,
  IconBrandJavascript,
  IconBrandLaravel,
  IconBrandPhp,
  IconBrandPython,
  IconBrandRedhat,
  IconBrandRust,
  IconCoffee,
  IconHammer,
  IconSteeringWheel,
  IconTerminal2,
  type TablerIcon,
} from "@tabler/icons-react";

import type { Scheduler } from "../schedule-queries.ts";

const FAMILY_ICONS: Record<Scheduler["family"], TablerIcon> = {
  Linux: IconTerminal2,
  Containers: IconBrandDocker,
  "Build servers": IconHammer,
  Python: IconBrandPython,
  JavaScript: IconBrandJavascript,
  Java: IconCoffee,
  "Ruby and PHP": IconBrandPhp,
  Go: IconBrandGolang,
  Rust: IconBrandRust,
  Monitors: IconActivityHeartbeat,
};
const OWN_ICONS: Readonly<Record<string, TablerIcon>> = {
  "debian-cron": IconBrandDebian,
  cronie: IconBrandRedhat,
  kubernetes: IconSteeringWheel,
  "django-celery-beat": IconBrandDjango,
  elasticsearch: IconBrandElastic,
  "laravel-cron-expression": IconBrandLaravel,
};

/** The icon of a scheduler, or of its family. */
// oxlint-disable-next-line import/no-default-export -- `React.lazy` needs a default export
export default function SchedulerIcon({ scheduler }: { scheduler: Scheduler | undefined }) {
  const Icon =
    scheduler === undefined ? IconTerminal2 : (OWN_ICONS[scheduler.id] ?? FAMILY_ICONS[scheduler.family]);
  return <Icon size={18} stroke={1.6} aria-hidden style={{ flex: "none" }} />;
}
