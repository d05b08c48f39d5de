import { readFileSync } from "node:fs";
import { userInfo } from "node:os";

/** Where a server listens, who connects, and what else the URL asks for. `path` is a Unix socket. */
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
};

const PORT = 5432;
const OF_THE_ADDRESS = [
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
];

/**
 * Reads `postgres://user:password@host:port/database?sslmode=…`, with libpq's names after the question mark. A socket's
 * folder is given as `?host=/var/run/postgresql`, or percent-encoded as the host.
 */
export function serverAddress(url: string): ServerAddress {
  const { hostname, port, username, password, pathname, searchParams } = new URL(
    // A socket may stand in for the host, which WHATWG's URLs must have.
    url.replace("@/", "@localhost/"),
  );
  const given = (name: string, otherwise: string) =>
    searchParams.get(name) ?? (decodeURIComponent(otherwise) || undefined);
  const host = given("host", hostname.replace(/^\[|\]$/g, "")) ?? "localhost";
  const user = given("user", username) ?? userInfo().username;
  const address = {
    host,
    port: Number(given("port", port) ?? PORT),
    database: given("dbname", pathname.slice(1)) ?? user,
    username: user,
    password: given("password", password) ?? "",
    ssl: encryption(searchParams, host),
    settings: Object.fromEntries([...searchParams].filter(([name]) => !OF_THE_ADDRESS.includes(name))),
  };
  return host.startsWith("/") ? { ...address, path: `${host}/.s.PGSQL.${address.port}` } : address;
}

/** As libpq does: `require` encrypts, and only `verify-ca` and `verify-full`, or a root certificate, look at who answers. */
function encryption(parameters: URLSearchParams, host: string): ServerAddress["ssl"] {
  const mode = parameters.get("sslmode") ?? (parameters.get("ssl") === "true" ? "verify-full" : "disable");
  const root = parameters.get("sslrootcert");
  if (mode === "disable" || mode === "allow") return false;
  if (mode === "prefer" && root === null) return "prefer";
  const isVerified = mode.startsWith("verify-") || (root !== null && mode !== "no-verify");
  return {
    // Without it an address would be verified as "localhost": the driver hands over names, but no addresses.
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
