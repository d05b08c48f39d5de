import type { HttpRequest, PushTarget } from "@overdue/channels";
import { type Db, type Keyring, loadPushKeys } from "@overdue/db";
import webPush from "web-push";

/** A request whose body is bytes. */
export type PushRequest = HttpRequest & { bytes: Uint8Array };

type Parts = {
  db: Db;
  keyring: Keyring;
  /** The contact that push services require: an https address or a `mailto:`. */
  contact: string;
};

/** Encrypts messages for browsers (RFC 8291) and signs them with the instance's keys (RFC 8292). */
export function openPushEncryption({ db, keyring, contact }: Parts) {
  let keys: ReturnType<typeof loadPushKeys> | null = null;
  return async (request: HttpRequest, target: PushTarget): Promise<PushRequest> => {
    keys ??= loadPushKeys(db, keyring);
    const { publicKey, privateKey } = await keys.catch((error: unknown) => {
      // Read the keys again for the next message: the database may only have been unreachable.
      keys = null;
      throw error;
    });
    const { p256dh, auth, ttlSeconds, urgency, topic } = target;
    const subscription = { endpoint: request.url, keys: { p256dh, auth } };
    const { headers, body } = webPush.generateRequestDetails(subscription, request.body, {
      vapidDetails: { subject: contact, publicKey, privateKey },
      contentEncoding: "aes128gcm",
      TTL: ttlSeconds,
      urgency,
      topic,
    });
    const named = Object.entries(headers ?? {}).map(([name, value]) => [name.toLowerCase(), String(value)]);
    return { ...request, headers: Object.fromEntries(named), bytes: body ?? new Uint8Array() };
  };
}

/** The instance's https address, else the sender of its mails: Apple refuses any other contact. */
export function pushContact({ publicUrl, mailFrom }: { publicUrl: string; mailFrom: string }): string {
  if (publicUrl.startsWith("https:")) return new URL(publicUrl).origin;
  const address = /<([^<>]+)>/.exec(mailFrom)?.[1] ?? mailFrom;
  return `mailto:${address}`;
}
