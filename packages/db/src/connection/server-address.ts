import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** The parts of a connection URL. `path`: a Unix socket. */
export type ServerAddress = {
  host: string;
  port: number;
  path?: string;
  database: string;
  username: string;
  password: string;
  ssl: false | "prefer" | object;
  /** Settings of the session, such as `application_name` or `options`. */
  settings: Record<string, string>;
  /** `pooled=true`: a pooler that lends its connections for one transaction each. */
  isPooled: boolean;
};

const DEFAULT_PORT = 5432;
/** Parameters of the URL that are no settings of the session. */
const ADDRESS_PARAMETERS = [
  "host",
  "port",
  "user",
  "password",
  "dbname",
  "ssl",
  "sslmode",
  "sslrootcert",
  "sslcert",
  "sslkey",
  "pooled",
];

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`, with libpq's parameters. The folder of a Unix socket is given
 * as `?host=/var/run/postgresql`, or percent-encoded as the host.
 */
export function serverAddress(url: string): ServerAddress {
  const { hostname, port, username, password, pathname, searchParams } = new URL(
    // The host may be missing if a socket is given, but `URL` requires one.
    url.replace("@/", "@localhost/"),
  );
  const parameter = (name: string, otherwise: string) =>
    searchParams.get(name) ?? (decodeURIComponent(otherwise) || undefined);
  const host = parameter("host", hostname.replace(/^\[|\]$/g, "")) ?? "localhost";
  const user = parameter("user", username) ?? userInfo().username;
  const address = {
    host,
    port: Number(parameter("port", port) ?? DEFAULT_PORT),
    database: parameter("dbname", pathname.slice(1)) ?? user,
    username: user,
    password: parameter("password", password) ?? "",
    ssl: encryption(searchParams, host),
    isPooled: searchParams.get("pooled") === "true",
    settings: Object.fromEntries([...searchParams].filter(([name]) => !ADDRESS_PARAMETERS.includes(name))),
  };
  return host.startsWith("/") ? { ...address, path: `${host}/.s.PGSQL.${address.port}` } : address;
}

/** As in libpq: `require` encrypts; only `verify-ca`, `verify-full` or a root certificate also verify the server. */
function encryption(parameters: URLSearchParams, host: string): ServerAddress["ssl"] {
  const mode = parameters.get("sslmode") ?? (parameters.get("ssl") === "true" ? "verify-full" : "disable");
  const root = parameters.get("sslrootcert");
  if (mode === "disable" || mode === "allow") return false;
  if (mode === "prefer" && root === null) return "prefer";
  const isVerified = mode.startsWith("verify-") || (root !== null && mode !== "no-verify");
  return {
    // Without it a server given by its IP address would be verified as "localhost": the driver passes on only names.
    host,
    rejectUnauthorized: isVerified,
    ...(mode === "verify-ca" && { checkServerIdentity: () => undefined }),
    ...fileOption("ca", root === "system" ? null : root),
    ...fileOption("cert", parameters.get("sslcert")),
    ...fileOption("key", parameters.get("sslkey")),
  };
}

function fileOption(name: string, file: string | null) {
  return file === null ? {} : { [name]: readFileSync(file) };
}
