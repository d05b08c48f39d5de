import { Refused } from "./guard.ts";

/** No answer came. `uncertain`: the request may have been received all the same. Coarse, and without addresses. */
export type EgressFailure = { failed: string; uncertain: boolean };

const NAME = new Set(["ENOTFOUND", "EAI_AGAIN", "ENODATA"]);
const UNREACHED = new Set(["ECONNREFUSED", "EHOSTUNREACH", "ENETUNREACH", "EADDRNOTAVAIL"]);

/** What may be said of an error on the way out: enough to act on, too little to map a network with. */
export function failureOf(cause: unknown, timeoutMs: number): EgressFailure {
  if (cause instanceof Refused) return { failed: cause.message, uncertain: false };
  const code = codeOf(cause);
  if (NAME.has(code)) return { failed: "The host's name could not be resolved.", uncertain: false };
  if (UNREACHED.has(code)) return { failed: "The connection failed.", uncertain: false };
  if (code === "UND_ERR_CONNECT_TIMEOUT") return { failed: "The connection timed out.", uncertain: false };
  const reason = tlsReason(code);
  if (reason !== null) return { failed: reason, uncertain: false };
  if (isTimeout(cause)) return { failed: `No answer within ${timeoutMs / 1_000} s.`, uncertain: true };
  return { failed: "The connection broke before an answer came.", uncertain: true };
}

/** Trying several addresses fails with one error for each. */
function codeOf(cause: unknown): string {
  if (cause instanceof AggregateError && cause.errors.length > 0) return codeOf(cause.errors[0]);
  if (!(cause instanceof Error) || !("code" in cause)) return "";
  return typeof cause.code === "string" ? cause.code : "";
}

function isTimeout(cause: unknown): boolean {
  return cause instanceof Error && (cause.name === "TimeoutError" || cause.name === "AbortError");
}

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
