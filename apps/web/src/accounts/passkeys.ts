import { errorMessage } from "../api/problem.ts";

/** Whether this browser can use passkeys here: only by https or on this machine itself, and under a name. */
export function canUsePasskeys(): boolean {
  const isName = !/^[\d.]+$|:/.test(window.location.hostname);
  return window.isSecureContext && "PublicKeyCredential" in window && isName;
}

/** Asks a device for a new passkey. `options`: of the API. @returns what the API takes */
export async function createPasskey(options: object) {
  const { startRegistration } = await import("@simplewebauthn/browser");
  const made = await startRegistration({ optionsJSON: options as never });
  return asSent(made);
}

/** Asks a device to use one of its passkeys. `options`: of the API. @returns what the API takes */
export async function askForPasskey(options: object) {
  const { startAuthentication } = await import("@simplewebauthn/browser");
  const used = await startAuthentication({ optionsJSON: options as never });
  return asSent(used);
}

type Made = { id: string; rawId: string; response: object; clientExtensionResults: object };

/** With plain objects, as JSON is sent. */
function asSent({ id, rawId, response, clientExtensionResults }: Made) {
  const type = "public-key" as const;
  return {
    id,
    rawId,
    type,
    response: Object.fromEntries(Object.entries(response)) as Record<string, unknown>,
    clientExtensionResults: Object.fromEntries(Object.entries(clientExtensionResults)) as Record<
      string,
      unknown
    >,
  };
}

/** The sentence for an error of the browser or of the API. */
export function passkeyProblem(error: unknown): string {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError")
    return "No passkey was used: the question was closed, or this device has none for this address.";
  if (name === "InvalidStateError") return "This device is registered already.";
  return errorMessage(error);
}
