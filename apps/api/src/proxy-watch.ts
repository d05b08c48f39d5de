import { type Hops, networkList, plainAddress } from "./client-address.ts";

/** Where a proxy of one's own stands. A stranger on the internet may send any header, so it says nothing there. */
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

/** For the operator: what is wrong, what follows from it, what to set. */
export function untrustedProxySentence(peer: string): string {
  return `Requests with X-Forwarded-For come from ${peer}, which TRUST_PROXY does not name, so all visitors behind it count as one in limits and logs: if that is your proxy, set TRUST_PROXY to ${peer} or its network and start again.`;
}
