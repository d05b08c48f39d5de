import { BlockList, isIP } from "node:net";

/** The address at the other end of the connection, and the header `X-Forwarded-For`. */
export type Hops = { socketAddress: string | undefined; forwardedFor: string | undefined };

/**
 * Finds the client's address. It reads `X-Forwarded-For` from the right, where the nearest proxy wrote, and the first
 * address outside of the trusted networks is the client. Everything to the left of it may be forged, and so may the whole
 * header where no network is trusted.
 */
export function clientAddressFinder(trustedNetworks: readonly string[]): (hops: Hops) => string | null {
  const trusted = blockList(trustedNetworks);
  return ({ socketAddress, forwardedFor }) => {
    const named = (forwardedFor ?? "").split(",").map((part) => plainAddress(part.trim()));
    let client: string | null = null;
    for (const address of [plainAddress(socketAddress ?? ""), ...named.toReversed()]) {
      if (isIP(address) === 0) return client;
      client = address;
      if (!trusted.check(address, family(address))) return client;
    }
    return client;
  };
}

/**
 * The address to show with a ping: the first one in `X-Forwarded-For`, as in Healthchecks, if a trusted proxy sent the
 * header. A client may have forged it, so it is only shown and decides nothing.
 */
export function shownAddress({ socketAddress, forwardedFor }: Hops, client: string | null): string | null {
  if (client === null || client === plainAddress(socketAddress ?? "")) return client;
  const [first = ""] = (forwardedFor ?? "").split(",");
  // Shown as the proxy wrote it, as Healthchecks does; only brackets, ports and zones are removed.
  const written = withoutPort(first.trim());
  if (isIP(written) !== 0 && !written.includes("%")) return written;
  return isIP(plainAddress(written)) === 0 ? client : plainAddress(written);
}

/** Whether an address lies in one of the networks. */
function networkList(networks: readonly string[]): (address: string) => boolean {
  const list = blockList(networks);
  return (address) => isIP(address) !== 0 && list.check(address, family(address));
}

function blockList(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = "", bits] = network.split("/");
    list.addSubnet(address, Number(bits ?? (isIP(address) === 6 ? 128 : 32)), family(address));
  }
  return list;
}

function family(address: string): "ipv4" | "ipv6" {
  return isIP(address) === 6 ? "ipv6" : "ipv4";
}

/** An address without brackets, port and zone; `::ffff:192.0.2.7` becomes `192.0.2.7`. */
export function plainAddress(address: string): string {
  const bare = /^\[([^\]]*)\](?::\d+)?$/.exec(address)?.[1] ?? address;
  return withoutPort(bare)
    .replace(/%.*$/, "")
    .replace(/^::ffff:(?=\d+\.\d+\.\d+\.\d+$)/i, "");
}

function withoutPort(address: string): string {
  return /^(\d+\.\d+\.\d+\.\d+):\d+$/.exec(address)?.[1] ?? address;
}

/** Networks in which the operator's proxy may be. Anybody may forge headers that come from other addresses. */
const PRIVATE_NETWORKS = [
  "10.0.0.0/8",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "100.64.0.0/10",
  "fc00::/7",
  "fe80::/10",
];
const PEERS_MAX = 20;

/**
 * Finds a proxy that TRUST_PROXY does not name: forwarded headers from a private address that is not trusted. All
 * visitors then count as one. `onFound` is called once for each such address.
 */
export function watchProxies(
  trustedNetworks: readonly string[],
  onFound: (peer: string) => void,
): (hops: Hops) => void {
  const [isTrusted, isPrivate] = [networkList(trustedNetworks), networkList(PRIVATE_NETWORKS)];
  const found = new Set<string>();
  return ({ socketAddress, forwardedFor }) => {
    if (forwardedFor === undefined) return;
    const peer = plainAddress(socketAddress ?? "");
    if (found.has(peer) || found.size >= PEERS_MAX || isTrusted(peer) || !isPrivate(peer)) return;
    found.add(peer);
    onFound(peer);
  };
}

/** Tells the operator what is wrong, what follows from it, and what to set. */
export function untrustedProxySentence(peer: string): string {
  return `Requests with X-Forwarded-For come from ${peer}, which TRUST_PROXY does not name, so all visitors behind it count as one in limits and logs: if that is your proxy, set TRUST_PROXY to ${peer} or its network and start again.`;
}
