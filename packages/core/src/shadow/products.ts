import type { ShadowProduct } from "./forward.ts";

/** What stands for a check in the other product's URLs: its ping UUID, its slug, or an alias that somebody entered. */
export type KeysFrom = "uuid" | "slug" | "alias";

type ProductFacts = {
  label: string;
  /** Where it takes pings and where it is asked, of the hosted one; null: everybody has an own one, or it is not asked. */
  pingUrl: string | null;
  apiUrl: string | null;
  /** What the key in its ping URLs is called there; null: there is none. */
  pingKey: { label: string; isRequired: boolean } | null;
  /** What its API key is called there; null: it is not asked. */
  apiKey: string | null;
  /** The first is the usual one. */
  keysFrom: readonly [KeysFrom, ...KeysFrom[]];
};

/** The products of shadow mode, as a form shows them. */
export const SHADOW_FACTS: Record<ShadowProduct, ProductFacts> = {
  healthchecks: {
    label: "Healthchecks",
    pingUrl: "https://hc-ping.com",
    apiUrl: "https://healthchecks.io",
    pingKey: { label: "Ping key there, for URLs with a slug", isRequired: false },
    apiKey: "API key (read-only)",
    keysFrom: ["uuid", "slug", "alias"],
  },
  cronitor: {
    label: "Cronitor",
    pingUrl: "https://cronitor.link",
    apiUrl: "https://cronitor.io",
    pingKey: { label: "API key in the telemetry URLs", isRequired: true },
    apiKey: "API key (it may be the same)",
    keysFrom: ["slug", "alias"],
  },
  "uptime-kuma": {
    label: "Uptime Kuma",
    pingUrl: null,
    apiUrl: null,
    pingKey: null,
    apiKey: null,
    keysFrom: ["alias"],
  },
  "dead-mans-snitch": {
    label: "Dead Man's Snitch",
    pingUrl: "https://nosnch.in",
    apiUrl: "https://api.deadmanssnitch.com",
    pingKey: null,
    apiKey: "API key",
    keysFrom: ["alias"],
  },
  "better-stack": {
    label: "Better Stack",
    pingUrl: "https://uptime.betterstack.com",
    apiUrl: "https://uptime.betterstack.com",
    pingKey: null,
    apiKey: "API token",
    keysFrom: ["alias"],
  },
  sentry: {
    label: "Sentry",
    pingUrl: null,
    apiUrl: null,
    pingKey: { label: "Public key of the DSN", isRequired: true },
    apiKey: null,
    keysFrom: ["slug", "alias"],
  },
  honeybadger: {
    label: "Honeybadger",
    pingUrl: "https://api.honeybadger.io",
    apiUrl: null,
    pingKey: { label: "Project API key, for URLs with a slug", isRequired: false },
    apiKey: null,
    keysFrom: ["alias", "slug"],
  },
  other: {
    label: "Another product",
    pingUrl: null,
    apiUrl: null,
    pingKey: { label: "Key for {ping_key}", isRequired: false },
    apiKey: null,
    keysFrom: ["slug", "uuid", "alias"],
  },
};
