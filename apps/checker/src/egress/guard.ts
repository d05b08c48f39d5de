import { lookup } from "node:dns/promises";
import { isIP, type LookupFunction } from "node:net";

import { isAllowed, isPublic, type Networks, otherPort, PRIVATE_ADDRESS } from "@overdue/config";
import { buildConnector } from "undici";

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
          const address = socket.remoteAddress ?? "";
          if (isPermitted(address, port, rules)) return callback(null, socket);
          socket.destroy();
          return fail(refusal([address], rules));
        },
      );
    }, fail);
  };
}

/** All addresses of a host. @throws Refused where one of them may not be reached at this port. */
async function permittedAddresses(host: string, port: number, rules: GuardRules) {
  const addresses = await addressesOf(host, rules.resolve);
  if (addresses.length === 0) throw new Refused("The host's name has no address.");
  if (!addresses.every(({ address }) => isPermitted(address, port, rules)))
    throw refusal(
      addresses.map(({ address }) => address),
      rules,
    );
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

function refusal(addresses: readonly string[], { allowed, ports }: GuardRules): Refused {
  const isPrivate = addresses.some((address) => !isPublic(address) && !isAllowed(address, allowed));
  return new Refused(isPrivate ? PRIVATE_ADDRESS : otherPort(ports));
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
