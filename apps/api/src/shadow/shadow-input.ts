import { type Networks, whyOutOfReach } from "@overdue/config";
import { SHADOW_FACTS, SHADOW_PLACEHOLDERS, SHADOW_PRODUCTS } from "@overdue/core/shadow";
import type { ShadowRow, ShadowSecrets, ShadowSettings } from "@overdue/db";
import { z } from "zod";

import { ApiError } from "../http/problem.ts";

const Url = z.string().trim().max(2_000, "Use at most 2,000 characters.");
const Key = z
  .string()
  .trim()
  .regex(/^[\x21-\x7e]{0,500}$/, "A key has at most 500 visible characters and no blanks.");

export const ShadowInput = z
  .strictObject({
    product: z.enum(SHADOW_PRODUCTS, { error: `Choose one of ${SHADOW_PRODUCTS.join(", ")}.` }),
    pingUrl: Url.optional().meta({
      description:
        "Where the other product takes pings, without what names a check; left out: its hosted one. For `other`, the whole address, with any of {key}, {slug}, {uuid}, {kind}, {exit_status}, {run_id} and {ping_key}. For `sentry`, the DSN without its key.",
      example: "https://hc-ping.com",
    }),
    apiUrl: Url.optional().meta({
      description: "Where it is asked what it thinks of the checks; left out: its hosted one.",
    }),
    pingKey: Key.optional().meta({
      description:
        "The key in its ping URLs, where they have one. Left out: it stays, unless product or host change. Never shown again.",
    }),
    apiKey: Key.optional().meta({
      description:
        "A key that reads its API. Without one the other product is not asked, and verdicts are not compared. Left out: it stays, unless product or host change. Never shown again.",
    }),
    keysFrom: z.enum(["uuid", "slug", "alias"]).optional().meta({
      description:
        "What stands for a check in its URLs: the UUID of the check's ping URL, the check's slug, or nothing but an alias of that product. An alias wins in any case.",
    }),
  })
  .meta({ id: "ShadowInput" });

type Rules = { publicUrl: string; pingHosts: readonly string[]; allowedNetworks: Networks };
type Read = { settings: ShadowSettings; secrets: ShadowSecrets };

/** The settings as they are stored. @throws 400 with the field and the way out */
export function readShadowInput(
  input: z.output<typeof ShadowInput>,
  before: ShadowRow | null,
  rules: Rules,
): Read {
  const facts = SHADOW_FACTS[input.product];
  const pingUrl = readPingUrl(input, rules);
  const apiUrl = facts.apiUrl === null ? null : readUrl("apiUrl", input.apiUrl ?? facts.apiUrl, rules);
  const isSame = before?.product === input.product;
  const keepSecret = (name: keyof ShadowSecrets, isSameHost: boolean) =>
    input[name] ?? (isSame && isSameHost ? before.secrets[name] : "");
  const pingKey = keepSecret("pingKey", isSame && hostOf(before.pingUrl) === hostOf(pingUrl));
  const apiKey = keepSecret(
    "apiKey",
    isSame && before.apiUrl !== null && hostOf(before.apiUrl) === hostOf(apiUrl ?? ""),
  );
  const keysFrom = input.keysFrom ?? facts.keysFrom[0];
  if (!facts.keysFrom.includes(keysFrom))
    throw ApiError.invalid("keysFrom", `For ${facts.label}, use ${facts.keysFrom.join(" or ")}.`);
  const needsKey =
    facts.pingKey?.isRequired === true || (input.product === "healthchecks" && keysFrom === "slug");
  if (needsKey && pingKey === "")
    throw ApiError.invalid(
      "pingKey",
      `Give the key in the ping URLs of ${facts.label}: ${facts.pingKey?.label}.`,
    );
  return {
    settings: { product: input.product, pingUrl, apiUrl: apiKey === "" ? null : apiUrl, keysFrom },
    secrets: { pingKey, apiKey },
  };
}

function readPingUrl({ product, pingUrl }: z.output<typeof ShadowInput>, rules: Rules): string {
  const { label, pingUrl: usual } = SHADOW_FACTS[product];
  const given = pingUrl === undefined || pingUrl === "" ? usual : pingUrl;
  if (given === null)
    throw ApiError.invalid("pingUrl", `Give the address of ${label}, such as https://status.example.org.`);
  if (product !== "other") return readUrl("pingUrl", given, rules);
  const [origin = ""] = /^[a-z]+:\/\/[^/?#]*/i.exec(given) ?? [];
  if (origin.includes("{")) throw ApiError.invalid("pingUrl", "Use placeholders behind the host only.");
  const [unknown] = [...given.matchAll(/\{([^{}]*)\}/g)].filter(([, name]) => !PLACEHOLDERS.has(name ?? ""));
  if (unknown !== undefined)
    throw ApiError.invalid(
      "pingUrl",
      `${unknown[0]} is no placeholder: use ${[...PLACEHOLDERS].map((name) => `{${name}}`).join(", ")}.`,
    );
  if (!/\{(?:key|slug|uuid)\}/.test(given))
    throw ApiError.invalid("pingUrl", "Name the check by {key}, {slug} or {uuid}.");
  readUrl("pingUrl", given.replaceAll(/[{}]/g, ""), rules);
  return given;
}

const PLACEHOLDERS = new Set<string>([...SHADOW_PLACEHOLDERS, "ping_key"]);

function readUrl(field: "pingUrl" | "apiUrl", given: string, rules: Rules): string {
  const url = URL.parse(given);
  if (url === null || !["http:", "https:"].includes(url.protocol))
    throw ApiError.invalid(field, "Give the full address, such as https://hc-ping.com.");
  if (url.username !== "" || url.password !== "")
    throw ApiError.invalid(field, "Leave the key out of the address: it has a field of its own.");
  if (isOurs(url, rules))
    throw ApiError.invalid(field, "This is the address of Overdue itself: a ping would come back.");
  const outOfReach = whyOutOfReach(url.href, rules.allowedNetworks);
  if (outOfReach !== null) throw ApiError.invalid(field, outOfReach);
  return url.href.replace(/\/+$/, "");
}

function isOurs({ host, hostname }: URL, { publicUrl, pingHosts }: Rules): boolean {
  return [new URL(publicUrl).host, ...pingHosts].some((own) => own === host || own === hostname);
}

function hostOf(address: string): string {
  return URL.parse(address)?.host ?? "";
}
