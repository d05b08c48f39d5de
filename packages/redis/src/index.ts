import { readRedisAddress } from "@overdue/config";
import { Cluster, Redis, type RedisOptions } from "ioredis";

export type { Cluster, Redis, RedisOptions } from "ioredis";

/** The options of a connection, for every kind of Redis. */
type Options = Pick<
  RedisOptions,
  "commandTimeout" | "enableOfflineQueue" | "maxRetriesPerRequest" | "retryStrategy"
>;

/** A primary that became a replica accepts no more writes: reconnect, and send the command again. */
const RECONNECT_AND_RESEND = 2;
const reconnectOnError = ({ message }: Error) =>
  message.startsWith("READONLY") ? RECONNECT_AND_RESEND : false;

/**
 * Connects to Redis by any form of `REDIS_URL`: one server, the primary that sentinels name, or a cluster.
 *
 * @throws Error if the address has none of these forms.
 */
export function openRedis(url: string, options: Options): Redis | Cluster {
  const address = readRedisAddress(url);
  if (address === null) throw new Error("This is not an address of a Redis server.");
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
      // A fail-over takes only seconds, so the sentinels are asked again soon.
      sentinelRetryStrategy: (tries) => Math.min(tries * 100, 2_000),
    });
  const { enableOfflineQueue, retryStrategy, ...redisOptions } = options;
  return new Cluster(hosts, {
    redisOptions: { ...redisOptions, ...login, ...tls },
    ...(enableOfflineQueue !== undefined && { enableOfflineQueue }),
    ...(typeof retryStrategy === "function" && { clusterRetryStrategy: retryStrategy }),
    // A certificate is for the name of a node, so the client must not replace the name by an address.
    ...(address.tls && { dnsLookup: (name, found) => found(null, name) }),
  });
}
