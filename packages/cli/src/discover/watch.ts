import { posix } from "node:path";

import type { Files } from "./files.ts";

/**
 * What watches a job: a check here, named by its slug, UUID or a part of its ping URL, and where that is said; or another
 * monitor's host.
 */
export type Watch =
  | { by: "overdue run" | "ping URL"; in: string; check: string }
  | { by: "another monitor"; in: string; host: string };

type Source = { text: string; in: string };

const RUN = /\boverdue(?:\.c?js)?\s+(?:run|ping)\b[^\n]*?\s--check[=\s]["']?([^\s"';|&]+)/;
const PING = /\boverdue(?:\.c?js)?\s+ping\s+["']?([a-z0-9][^\s"';|&]*)/;
/** A run of discover that reports is the job of a check, too. */
const DISCOVER = /\boverdue\S*\s+discover\b[^\n]*?\s--report-to[=\s]["']?([^\s"';|&]+)/;
const BY_ENVIRONMENT = /\bOVERDUE_CHECK=["']?([^\s"';|&]+)/;
const URLS = /\bhttps?:\/\/([^\s/"'$]+)(\/[^\s"'|;&)]*)?/g;
/** Hosts to which other monitors' clients send. */
const OTHERS =
  /^(?:hc-ping\.com|(?:\w+\.)?cronitor\.link|nosnch\.in|uptime\.betterstack\.com|betteruptime\.com|ping\.checklyhq\.com|ping\.ohdear\.app|api\.honeybadger\.io|cronhub\.io|.*\.ingest(?:\.\w+)?\.sentry\.io|heartbeat\.uptimerobot\.com|push\.statuscake\.com)$/i;
const OTHER_PROGRAMS =
  /\b(?:cronitor\s+(?:exec|ping)|sentry-cli\s+monitors\s+run|runitor|hb\s+(?:run|check-in)|dms\s+[0-9a-f]{10})\b/;

/** Finds what watches a job in its command, its scripts or its unit; null: nothing that could be found. `hosts`: Overdue's own. */
export function findWatch(sources: readonly Source[], hosts: readonly string[]): Watch | null {
  for (const source of sources) {
    const check = (
      RUN.exec(source.text) ??
      PING.exec(source.text) ??
      DISCOVER.exec(source.text) ??
      BY_ENVIRONMENT.exec(source.text)
    )?.[1];
    if (check !== undefined) return { by: "overdue run", in: source.in, check };
    for (const [, host = "", path = ""] of source.text.matchAll(URLS))
      if (hosts.includes(host.toLowerCase())) return { by: "ping URL", in: source.in, check: checkIn(path) };
  }
  for (const source of sources) {
    const host = [...source.text.matchAll(URLS)]
      .map(([, name = ""]) => name)
      .find((name) => OTHERS.test(name));
    const program = OTHER_PROGRAMS.exec(source.text)?.[0];
    if (host ?? program) return { by: "another monitor", in: source.in, host: host ?? program ?? "" };
  }
  return null;
}

/** `/ping/<uuid>/start` gives the UUID, `/ping/<key>/<slug>/$?` the slug. */
function checkIn(path: string): string {
  const words =
    path
      .split(/[?#]/)[0]
      ?.split("/")
      .filter((word) => word !== "" && word !== "ping") ?? [];
  const [first = "", second = ""] = words;
  return /^[0-9a-f-]{32,36}$/i.test(first) || !/^[-a-z0-9_]+$/.test(second) ? first : second;
}

const SCRIPT_CHARS_MAX = 200_000;
/** Where a bare name is looked for, unless the crontab or the unit says so. What packages bring is not read. */
const FOLDERS = ["/usr/local/sbin", "/usr/local/bin", "/root/bin"];

type Place = { files: Files; path?: string | undefined; folder?: string | undefined };

/** The scripts that a command calls, as far as they are files on this machine. */
export function scriptsOf(command: string, { files, path = "", folder }: Place): Source[] {
  const own = path.split(":").filter((each) => each.startsWith("/") && !/^\/(?:usr\/)?s?bin$/.test(each));
  const inside = /(?:^|[;&(]\s*)cd\s+["']?(\/[^\s"';&]+)/.exec(command)?.[1] ?? folder ?? null;
  const words = command.match(/[^\s"'`;|&()<>=]+/g) ?? [];
  const paths = words.flatMap((word) => {
    if (word.startsWith("/")) return [word];
    if (/^\.{0,2}\/?[\w.-]+(?:\/[\w.-]+)*$/.test(word) && word.includes("/"))
      return inside === null ? [] : [`${inside}/${word}`];
    return /^[\w.-]+$/.test(word)
      ? [
          ...(inside === null ? [] : [`${inside}/${word}`]),
          ...[...own, ...FOLDERS].map((each) => `${each}/${word}`),
        ]
      : [];
  });
  return [...new Set(paths.map((each) => posix.normalize(each)))]
    .filter((each) => !/^\/(?:usr\/)?s?bin\//.test(each))
    .flatMap((each) => readScript(files, each));
}

function readScript(files: Files, path: string): Source[] {
  const text = files.isFolder(path) ? null : files.read(path);
  if (text === null || text.slice(0, 1_000).includes("\0")) return [];
  // A comment watches nothing.
  const code = text.slice(0, SCRIPT_CHARS_MAX).replaceAll(/^\s*#(?!!).*$/gm, "");
  return [{ text: code, in: path }];
}

/** Packages ship both a cron line and a timer, and let the line do nothing where systemd runs. */
export function leavesToSystemd(text: string): boolean {
  return (
    /(?:!\s*|-a\s+\\?!\s*)-[de]\s+\/run\/systemd\/system/.test(text) ||
    /-[de]\s+\/run\/systemd\/system\b\s*\]?\s*(?:\|\||;\s*then\s*(?:#[^\n]*)?\s*exit\b|&&\s*exit\b)/.test(
      text.replaceAll(/^\s*#.*$/gm, ""),
    )
  );
}
