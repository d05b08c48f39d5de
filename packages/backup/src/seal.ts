import { Decrypter, Encrypter } from "age-encryption";
import { Readable } from "node:stream";

/**
 * How backups are encrypted: by a passphrase, or for the holders of keys (`recipients`, such as `age1…`). The files are those
 * of age, so that `age --decrypt` opens them too.
 */
export type Seal = { passphrase: string } | { recipients: readonly string[] };

/** What opens an encrypted backup: its passphrase, or the identities (`AGE-SECRET-KEY-1…`) of its recipients. */
export type Opening = { passphrase: string } | { identities: readonly string[] };

/** The backup cannot be opened with what was given. */
export class SealedBackup extends Error {
  override name = "SealedBackup";
}

export const AGE_MAGIC = Buffer.from("age-encryption.org/v1");

/** Encrypts a stream. */
export async function* encrypt(plain: AsyncIterable<Uint8Array>, seal: Seal): AsyncGenerator<Uint8Array> {
  const encrypter = new Encrypter();
  if ("passphrase" in seal) encrypter.setPassphrase(seal.passphrase);
  else for (const recipient of seal.recipients) encrypter.addRecipient(recipient);
  yield* chunks(await encrypter.encrypt(webStream(plain)));
}

/**
 * Decrypts a stream.
 *
 * @throws SealedBackup if it is not opened by what was given
 */
export async function* decrypt(
  sealed: AsyncIterable<Uint8Array>,
  opening: Opening | null,
): AsyncGenerator<Uint8Array> {
  if (opening === null)
    throw new SealedBackup(
      "The backup is encrypted: name its passphrase with --passphrase-file, or the key with --identity-file.",
    );
  const decrypter = new Decrypter();
  if ("passphrase" in opening) decrypter.addPassphrase(opening.passphrase);
  else for (const identity of opening.identities) decrypter.addIdentity(identity);
  const plain = await decrypter.decrypt(webStream(sealed)).catch((cause: unknown) => {
    throw new SealedBackup("The backup is encrypted with another passphrase or for another key.", { cause });
  });
  yield* chunks(plain);
}

function webStream(bytes: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(bytes)) as ReadableStream<Uint8Array>;
}

async function* chunks(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  const reader = stream.getReader();
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}
