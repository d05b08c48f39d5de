import { readRedisAddress } from "@overdue/config";
import { Cluster, Redis, type RedisOptions } from "ioredis";

export type { Cluster, Redis, RedisOptions } from "ioredis";

/** What holds for a connection, to whichever kind of Redis. */
type Options = Pick<
  RedisOptions,
  "commandTimeout" | "enableOfflineQueue" | "maxRetriesPerRequest" | "retryStrategy"
>;

/** A primary that became a replica takes no more writes: the connection is made anew, and the command sent again. */
const RECONNECT_AND_RESEND = 2;
const reconnectOnError = ({ message }: Error) =>
  message.startsWith("READONLY") ? RECONNECT_AND_RESEND : false;

/**
 * Connects to a Redis by the forms of `REDIS_URL`: one server, a primary that sentinels know, or a cluster.
 *
 * @throws Error for an address of none of these forms.
 */
export function openRedis(url: string, options: Options): Redis | Cluster {
  const address = readRedisAddress(url);
  if (address === null) throw new Error("This is no address of a Redis.");
  if (address.kind === "single") return new Redis(address.url, { ...options, reconnectOnError });
  const { hosts, username, password } = address;
  const login = { ...(username !== null && { username }), ...(password !== null && { password }) };
  const tls = address.tls ? { tls: {} } : {};
  if (address.kind === "sentinel")
    return new Redis({
      ...options,
      ...login,
      ...tls,
      sentinels: hosts,
      name: address.name,
      db: address.db,
      ...(address.sentinelPassword !== null && { sentinelPassword: address.sentinelPassword }),
      ...(address.tls && { enableTLSForSentinelMode: true, sentinelTLS: {} }),
      reconnectOnError,
      // A fail-over is over in seconds; who asks again only after a minute has missed it.
      sentinelRetryStrategy: (tries) => Math.min(tries * 100, 2_000),
    });
  const { enableOfflineQueue, retryStrategy, ...redisOptions } = options;
  return new Cluster(hosts, {
    redisOptions: { ...redisOptions, ...login, ...tls },
    ...(enableOfflineQueue !== undefined && { enableOfflineQueue }),
    ...(typeof retryStrategy === "function" && { clusterRetryStrategy: retryStrategy }),
    // A certificate is for the name of a node, which the client would look up first.
    ...(address.tls && { dnsLookup: (name, found) => found(null, name) }),
  });
}
