/** The meaning of a refusal by a mail server, in the SMTP session or in a bounced mail. */

/**
 * "gone": there is no such mailbox. "full": the mailbox accepts nothing for now. "content": the mail itself is refused.
 * "relay": the server refuses the sender, which only the operator can correct. "passing": it may be accepted later.
 * "unsure": a permanent refusal whose text fits an unknown mailbox as well as a server that does not relay.
 */
export type MailRefusal = "gone" | "full" | "content" | "relay" | "passing" | "unsure";

/** `code`: the three digits of SMTP. `status`: the enhanced code of RFC 3463. Each may be missing. */
export type RefusalText = { code: number | null; status: string | null; text: string };

const CODE = /(?:^|[\s:;>])([245]\d\d)(?=[\s-])/;
const STATUS = /(?<![\d.])[245]\.\d{1,3}\.\d{1,3}(?![\d.])/;

/** Finds the codes in the text of a refusal: "550 5.1.1 <x@example.org>: no such user". */
export function parseRefusal(text: string, code: number | null = null): RefusalText {
  const found = CODE.exec(text)?.[1];
  return {
    code: code ?? (found === undefined ? null : Number(found)),
    status: STATUS.exec(text)?.[0] ?? null,
    text,
  };
}

/** The first row that matches decides. The text counts more than codes, since servers use the same codes differently. */
const ROWS: readonly (readonly [words: RegExp, refusal: MailRefusal])[] = [
  // Exim, which calls everything that it gives up 5.0.0.
  [
    /retry time(out)? (exceeded|not reached)|all hosts.*failing for a long time|message timed out|delivery (time|expired)/i,
    "passing",
  ],
  [
    /queue (lifetime|expired)|envelope expired|too old|still being retried|could not be delivered for more than/i,
    "passing",
  ],
  // The mailbox exists, but accepts nothing.
  [
    /(mailbox|quota|inbox|storage|disk)[^.]{0,40}(full|exceeded|over|exhausted)|over ?quota|insufficient (system )?storage/i,
    "full",
  ],
  [/(?<![\d.])[45]\.2\.2(?![\d.])/, "full"],
  [
    /gr[ae]ylist|try again later|temporar|too many (connections|messages)|rate limit|connection (refused|timed out)/i,
    "passing",
  ],
  // The sender is refused: the server does not relay for us, does not know us, or distrusts our address.
  [
    /rela(y|ying)\b.{0,40}(denied|not permitted|not allowed|prohibited|refused|disabled)|not permitted to relay|(unable|unwilling|won't|cannot) (to )?relay/i,
    "relay",
  ],
  [/(denied|not permitted|not allowed|prohibited).{0,20}\brelay|we do not relay|no relaying/i, "relay"],
  [
    /sender (address )?(rejected|denied|refused|verif)|not owned by user|send as this sender|sender is not (allowed|authori[sz]ed)|(invalid|unknown) sender/i,
    "relay",
  ],
  [
    /(authentication|auth) (is )?(required|needed|failed)|must (first )?(be )?authenticat|not logged in|please (log ?in|authenticate)|STARTTLS (command )?first|encryption (needed|required)/i,
    "relay",
  ],
  [
    /(client|helo|ehlo)( host| name| command)? rejected|access denied.*client|reverse (dns|host)|\b(ptr|rdns)\b|\bSPF\b|\bDKIM\b|\bDMARC\b/i,
    "relay",
  ],
  [
    /blocked (using|by)|client host.{0,40}blocked|block ?list|black ?list|deny ?list|\bDNSBL\b|\bRBL\b|spamhaus|barracuda|spamcop|poor reputation|listed (at|in|by|on)\b/i,
    "relay",
  ],
  // Microsoft's text for a mailbox that does not exist.
  [/5\.4\.1\b.*recipient address rejected: access denied/i, "gone"],
  // There is no such mailbox, or no such domain.
  [
    /(user|recipient|mailbox|account|address|alias|local part)\b.{0,60}(unknown|unavailable|not (be )?found|does(n't| not) exist|not exist|disabled|inactive|deactivated|not a valid)/i,
    "gone",
  ],
  [
    /(unknown|no such|no mailbox|nonexist\w*|non-exist\w*)\b.{0,30}(user|recipient|mailbox|account|address|person|alias)|undeliverable|unroute?able/i,
    "gone",
  ],
  [
    /there is no (such )?(mailbox|account|user|address|person)|nobody (of|by|with) (this|that) name|recipientnotfound|nosuchuser|not our customer/i,
    "gone",
  ],
  [/(domain|host)\b.{0,30}(not found|does not exist|takes no mail)|null ?mx/i, "gone"],
  // The content is refused.
  [
    /\b(spam|virus|malware|phish\w*|junk|content (filter|rejected|policy))\b|message (was )?(rejected|refused|blocked|content)|rejected.{0,20}\bcontent\b|message size|too (large|big)/i,
    "content",
  ],
];

/** By the enhanced code of RFC 3463, if no text matches. */
const BY_STATUS: readonly (readonly [status: RegExp, refusal: MailRefusal])[] = [
  [/^4\./, "passing"],
  [/^5\.1\.[78]$/, "relay"],
  [/^5\.1\.\d+$|^5\.2\.1$|^5\.4\.4$/, "gone"],
  [/^5\.3\.4$|^5\.6\.\d+$|^5\.2\.3$/, "content"],
  [/^5\.7\.(0|8|9|1[0-3]|2[0-9]|5\d|60|64|70\d)$|^5\.5\.1$/, "relay"],
  [/^5\.7\.\d+$/, "content"],
];

/** The meaning of a refusal. */
export function readMailRefusal({ code, status, text }: RefusalText): MailRefusal {
  const words = ROWS.find(([pattern]) => pattern.test(text))?.[1];
  const isForGood = status === null ? code === null || code >= 500 : status.startsWith("5");
  // After a 4xx code the mail may be accepted later, whatever the text says; but a full mailbox is worth reporting.
  if (words !== undefined && (isForGood || words === "full" || words === "passing")) return words;
  if (code !== null && code >= 400 && code < 500) return "passing";
  if (code === 530 || code === 535 || code === 534 || code === 538) return "relay";
  if (code === 552) return "full";
  const known = BY_STATUS.find(([pattern]) => status !== null && pattern.test(status))?.[1];
  return known ?? "unsure";
}
