/** How to reach Redis. `single`: one server, whose URL the client library parses. */
export type RedisAddress =
  | { kind: "single"; url: string }
  | (Servers & { kind: "sentinel"; name: string; db: number; sentinelPassword: string | null })
  | (Servers & { kind: "cluster" });

type Servers = {
  /** The sentinels, or some nodes of the cluster. */
  hosts: { host: string; port: number }[];
  tls: boolean;
  username: string | null;
  password: string | null;
};

const SEVERAL =
  /^(rediss?)\+(sentinel|cluster):\/\/(?:([^:@/]*)(?::([^@/]*))?@)?([^/?#]+)(?:\/([^?#]*))?(?:\?sentinelPassword=([^&#]+))?$/;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(?::(\d{1,5}))?$/i;
const PORTS = { sentinel: 26_379, cluster: 6_379 };

/**
 * Reads `redis://…`, `redis+sentinel://user:password@host:26379,host:26379/NAME/DATABASE?sentinelPassword=…` and
 * `redis+cluster://user:password@host:6379,host:6379`, each with `rediss` for TLS. @returns null if it is none of them
 */
export function readRedisAddress(text: string): RedisAddress | null {
  if (["redis:", "rediss:"].includes(URL.parse(text)?.protocol ?? "")) return { kind: "single", url: text };
  const [, scheme, kind, username, password, hosts = "", path = "", sentinelPassword] =
    SEVERAL.exec(text) ?? [];
  if (kind !== "sentinel" && kind !== "cluster") return null;
  const found = hosts.split(",").map((host) => readHost(host, PORTS[kind]));
  const servers = {
    hosts: found.filter((host) => host !== null),
    tls: scheme === "rediss",
    username: decode(username),
    password: decode(password),
  };
  if (servers.hosts.length < found.length) return null;
  if (kind === "cluster") return path === "" && sentinelPassword === undefined ? { ...servers, kind } : null;
  const [name = "", db = "0", ...rest] = path.split("/");
  if (name === "" || !/^\d{1,5}$/.test(db) || rest.length > 0) return null;
  return {
    ...servers,
    kind,
    name: decode(name) ?? name,
    db: Number(db),
    sentinelPassword: decode(sentinelPassword),
  };
}

function readHost(text: string, defaultPort: number): { host: string; port: number } | null {
  const [, host, port = String(defaultPort)] = HOST.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) return null;
  return { host: host.replace(/^\[|\]$/g, ""), port: Number(port) };
}

/** Decodes percent-encoding; null for an empty text or a malformed escape. */
function decode(text: string | undefined): string | null {
  if (text === undefined || text === "") return null;
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
