import { ConfigError } from "./config-error.ts";
import { type Networks, parseNetworks } from "./networks.ts";

/** Signing in as a proxy in front names the person, in a header. */
export type TrustedHeader = {
  /** The header with the person's e-mail address, in lower case. */
  header: string;
  /** The header with the person's name; null: none. */
  nameHeader: string | null;
  /** Where the proxy is. The header of any other peer is ignored. */
  peers: Networks;
  /** Where a person who signs out goes on; null: to the sign-in page. */
  signOutUrl: string | null;
};

type Values = {
  TRUSTED_HEADER: string | null;
  TRUSTED_HEADER_NAME: string | null;
  TRUSTED_HEADER_PEERS: readonly string[] | null;
  TRUSTED_HEADER_SIGN_OUT_URL: string | null;
};

/** @throws ConfigError if the header is named without the proxy's addresses, or the other way round */
export function trustedHeader(values: Values): TrustedHeader | null {
  const { TRUSTED_HEADER: header, TRUSTED_HEADER_PEERS: peers } = values;
  if (header === null && peers === null) return null;
  if (header === null || peers === null)
    throw new ConfigError(
      "TRUSTED_HEADER and TRUSTED_HEADER_PEERS belong together: set both, or neither. Anybody could be anybody without the proxy's addresses.",
    );
  return {
    header: header.toLowerCase(),
    nameHeader: values.TRUSTED_HEADER_NAME?.toLowerCase() ?? null,
    peers: parseNetworks(peers),
    signOutUrl: values.TRUSTED_HEADER_SIGN_OUT_URL,
  };
}
