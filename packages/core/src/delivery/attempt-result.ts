/** What an answer means. `because`: fit to be stored and shown, so without addresses and tokens. */
export type AttemptOutcome = { because: string } & (
  | { outcome: "sent"; providerRef: string | null }
  /** Will never work as it is set: the channel is broken until a person mends it. */
  | { outcome: "permanent" }
  /** The provider limits us. `retryAfterMs`: the time that it named; null: none, so the retries back off. */
  | { outcome: "throttled"; retryAfterMs: number | null }
  /** `uncertain`: it may have arrived all the same. `notBeforeMs`: the provider asked for a pause of this length. */
  | { outcome: "transient"; uncertain: boolean; notBeforeMs?: number }
  /** The target takes nothing for now, such as a full mailbox: the channel stays, and another one gets the alert too. */
  | { outcome: "unavailable" }
  /** Refused in words that blame neither the target nor our mail server for certain: other recipients' answers decide. */
  | { outcome: "doubtful" }
  /** Only the operator can mend it, so the channel never breaks by it. `mayPass`: it may also be over by itself. */
  | { outcome: "operator"; mayPass?: boolean }
  /** The target moved: these settings are stored, and it is tried again. */
  | { outcome: "moved"; settings: Record<string, unknown> }
);

/** The result of one attempt to send a message. `statusCode`: of the provider's answer, null where none came. */
export type AttemptResult = AttemptOutcome & { statusCode: number | null };
