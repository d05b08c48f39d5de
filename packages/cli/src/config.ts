import { readFileSync } from "node:fs";
import { join } from "node:path";

import type { Machine } from "./machine.ts";

/** Where pings go, and by which keys. A key that is not set is null. */
export type Config = { url: string | null; pingKey: string | null; apiKey: string | null };

/** A check as the command line names it: the URL of its pings, whole or by UUID or slug. */
export type Target = { name: string; pingUrl: string; create: boolean };

const UUID = /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const SLUG = /^[-a-z0-9_]{1,100}$/;
const SYSTEM_FILE = "/etc/overdue/config.json";

/** The file that `overdue login` writes. */
export function configFile({ env, home }: Machine): string {
  return (
    env["OVERDUE_CONFIG"] ?? join(env["XDG_CONFIG_HOME"] ?? join(home, ".config"), "overdue", "config.json")
  );
}

/** Reads the environment, then the user's file, then the machine's; the first that has a value wins. */
export function readConfig(machine: Machine): Config {
  const files = [configFile(machine), SYSTEM_FILE].map(readFile);
  const first = (variable: string, field: keyof Config) =>
    machine.env[variable] || files.map((file) => file[field]).find(Boolean) || null;
  return {
    url: first("OVERDUE_URL", "url")?.replace(/\/+$/, "") ?? null,
    pingKey: first("OVERDUE_PING_KEY", "pingKey"),
    apiKey: first("OVERDUE_API_KEY", "apiKey"),
  };
}

function readFile(path: string): Partial<Config> {
  try {
    const read: unknown = JSON.parse(readFileSync(path, "utf8"));
    return typeof read === "object" && read !== null ? read : {};
  } catch {
    return {};
  }
}

/** Whether `--check` can name a check at all; what is missing besides it is said by `findTarget`. */
export function isCheckName(check: string): boolean {
  return /^https?:\/\/[^/]+\/./.test(check) || UUID.test(check) || SLUG.test(check);
}

/** The check's ping URL, or a sentence that says what is not set. */
export function findTarget(
  check: string,
  { create, config }: { create: boolean; config: Config },
): Target | string {
  if (check.includes("://"))
    return { name: nameInUrl(check), pingUrl: check.replace(/\/+$/, ""), create: false };
  const { url, pingKey } = config;
  if (url === null) return "the address of Overdue is not set: set OVERDUE_URL, or run overdue login";
  if (UUID.test(check)) return { name: check, pingUrl: `${url}/ping/${check.toLowerCase()}`, create: false };
  if (pingKey === null)
    return "a check named by its slug needs a ping key: set OVERDUE_PING_KEY, or run overdue login";
  return { name: check, pingUrl: `${url}/ping/${pingKey}/${check}`, create };
}

/** The last part of a ping URL, which is a slug or the beginning of a UUID. */
function nameInUrl(url: string): string {
  const last =
    url
      .split(/[?#]/)[0]
      ?.split("/")
      .findLast((part) => part !== "") ?? "";
  return UUID.test(last) ? last.slice(0, 8) : last;
}
