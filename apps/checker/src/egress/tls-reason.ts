const OWN_AUTHORITY = "the operator can name an authority of your own with NODE_EXTRA_CA_CERTS";
const MEND = `Give it a certificate of a known authority; ${OWN_AUTHORITY}.`;

/** Node's and OpenSSL's codes, and what they mean to the operator of the server. */
const REASONS: readonly (readonly [code: RegExp, reason: string])[] = [
  [/^(DEPTH_ZERO_)?SELF_SIGNED_CERT/, `The server's certificate is self-signed. ${MEND}`],
  [/^CERT_HAS_EXPIRED$/, "The server's certificate has expired."],
  [/^CERT_NOT_YET_VALID$/, "The server's certificate is not valid yet; one of the two clocks may be wrong."],
  [
    /^(ERR_TLS_CERT_ALTNAME|CERT_.*ALTNAME|HOSTNAME_MISMATCH)/,
    "The server's certificate is for another host name than the address has.",
  ],
  [/^CERT_REVOKED$/, "The server's certificate was revoked."],
  [
    /^(UNABLE_TO_|CERT_UNTRUSTED|CERT_CHAIN|INVALID_CA)/,
    `The server's certificate is signed by an authority that is not known here, or the server leaves out the certificates between. ${MEND}`,
  ],
  [
    /^ERR_SSL_(WRONG_VERSION_NUMBER|PACKET_LENGTH_TOO_LONG|HTTP_REQUEST)$/,
    "The server does not speak TLS at this port.",
  ],
  [
    /^ERR_SSL_(UNSUPPORTED_PROTOCOL|TLSV1_ALERT_PROTOCOL_VERSION|NO_PROTOCOLS_AVAILABLE)$/,
    "The server speaks no version of TLS that is still safe (1.2 or newer).",
  ],
  [/^(ERR_TLS|ERR_SSL|CERT_|EPROTO)/, "The TLS handshake failed."],
];

/** Why a TLS connection was not made, by the code of its error, in a plain sentence; null: it was not for TLS. */
export function tlsReason(code: string): string | null {
  return REASONS.find(([pattern]) => pattern.test(code))?.[1] ?? null;
}
