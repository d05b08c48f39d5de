import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";

import ipaddr from "ipaddr.js";
import { buildConnector } from "undici";

type Ip = ipaddr.IPv4 | ipaddr.IPv6;

/** Address ranges, such as those of ALLOW_PRIVATE_NETWORKS. */
type Networks = readonly { address: Ip; prefix: number }[];

const IPV6_GLOBAL = ipaddr.parseCIDR("2000::/3");
/** Azure's host agent; an ordinary address by every registry, and yet inside. */
const AZURE_WIRE_SERVER = "168.63.129.16";

/** `ranges`: addresses (`10.0.0.7`) and networks (`fd00::/8`), already checked by the configuration. */
export function parseNetworks(ranges: readonly string[]): Networks {
  return ranges.map((range) => {
    if (range.includes("/")) {
      const [address, prefix] = ipaddr.parseCIDR(range);
      return { address, prefix };
    }
    const address = ipaddr.parse(range);
    return { address, prefix: address.kind() === "ipv4" ? 32 : 128 };
  });
}

/**
 * Whether an address belongs to the public internet. Only what is known to be public passes: for IPv4 ordinary unicast,
 * for IPv6 that within 2000::/3. A mapped IPv4 address counts as IPv4.
 */
export function isPublic(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  if (ip.range() !== "unicast" || ip.toString() === AZURE_WIRE_SERVER) return false;
  return !(ip instanceof ipaddr.IPv6) || isWithin(ip, { address: IPV6_GLOBAL[0], prefix: IPV6_GLOBAL[1] });
}

/** Whether the operator allowed this address by name of its network. */
export function isAllowed(address: string, networks: Networks): boolean {
  if (!ipaddr.isValid(address)) return false;
  const ip = ipaddr.process(address);
  return networks.some((network) => isWithin(ip, network));
}

function isWithin(ip: Ip, { address, prefix }: Networks[number]): boolean {
  if (ip instanceof ipaddr.IPv4) return address instanceof ipaddr.IPv4 && ip.match(address, prefix);
  return address instanceof ipaddr.IPv6 && ip.match(address, prefix);
}

/** Finds every address of a host. */
export type Resolve = (host: string) => Promise<readonly { address: string; family: number }[]>;
/** `ports`: those that may be used on the public internet. */
export type GuardRules = {
  allowed: Networks;
  resolve: Resolve;
  ports: ReadonlySet<number>;
  /** Certificates of authorities, as PEM, instead of the usual ones. */
  ca?: string;
};

/** The host or the port is not for tenants to reach. Its message is fit to be shown. */
export class Refused extends Error {
  override name = "Refused";
}

export const WEB_PORTS: ReadonlySet<number> = new Set([80, 443, 8080, 8443]);
const CONNECT_MS = 5_000;

export const resolveByDns: Resolve = (host) => lookup(host, { all: true });

/**
 * Connects only to addresses that a tenant may reach. Decided on the addresses themselves: every answer of the name
 * server before connecting, and the peer's address once connected, since names can change their mind in between.
 */
export function guardedConnector(rules: GuardRules): buildConnector.connector {
  return (options, callback) => {
    const port = Number(options.port || (options.protocol === "https:" ? 443 : 80));
    const authority = rules.ca === undefined ? {} : { ca: rules.ca };
    const fail = (cause: unknown) => callback(asError(cause), null);
    permittedAddresses(options.hostname, port, rules).then((addresses) => {
      buildConnector({ lookup: pinnedTo(addresses), timeout: CONNECT_MS, allowH2: false, ...authority })(
        options,
        (...[error, socket]) => {
          if (error !== null || socket === null) return fail(error);
          if (isPermitted(socket.remoteAddress ?? "", port, rules)) return callback(null, socket);
          socket.destroy();
          return fail(refusal(port, rules));
        },
      );
    }, fail);
  };
}

/** All addresses of a host. @throws Refused where one of them may not be reached at this port. */
async function permittedAddresses(host: string, port: number, rules: GuardRules) {
  const addresses = await addressesOf(host, rules.resolve);
  if (addresses.length === 0) throw new Refused("The host's name has no address.");
  if (!addresses.every(({ address }) => isPermitted(address, port, rules))) throw refusal(port, rules);
  return addresses;
}

/** IP literals never pass through a lookup, so they are looked at here. */
export async function addressesOf(host: string, resolve: Resolve) {
  const bare = host.replace(/^\[|\]$/g, "");
  const family = isIP(bare);
  return family === 0 ? resolve(bare) : [{ address: bare, family }];
}

function isPermitted(address: string, port: number, { allowed, ports }: GuardRules): boolean {
  return isAllowed(address, allowed) || (isPublic(address) && ports.has(port));
}

function refusal(port: number, { ports }: GuardRules): Refused {
  return ports.has(port)
    ? new Refused("The address is private. The operator can allow its network with ALLOW_PRIVATE_NETWORKS.")
    : new Refused(`The port is not one of ${[...ports].join(", ")}, or the address is private.`);
}

function pinnedTo(addresses: readonly { address: string; family: number }[]): LookupFunction {
  return (_host, options, callback) => {
    const [first] = addresses;
    if (options.all === true || first === undefined) callback(null, [...addresses]);
    else callback(null, first.address, first.family);
  };
}

function asError(cause: unknown): Error {
  return cause instanceof Error ? cause : new Refused("The connection failed.");
}
