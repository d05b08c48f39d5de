/** What a browser names of itself, so that messages can be sent to it: the settings of its channel. */
export type PushSettings = { endpoint: string; p256dh: string; auth: string; device: string };

/** Why this browser takes no notifications, as a sentence; null where it may be asked. */
export function pushProblem(): string | null {
  if (!window.isSecureContext)
    return "Browsers take notifications only from an https address. Ask the operator to serve Overdue over https.";
  if (!("serviceWorker" in navigator) || !("PushManager" in window))
    return /iPhone|iPad/.test(navigator.userAgent)
      ? "On an iPhone or iPad, first add Overdue to the home screen (Share, then Add to Home Screen), and open it there."
      : "This browser takes no notifications from web pages.";
  if (Notification.permission === "denied")
    return "Notifications of this site are blocked. Allow them in the browser's settings of this site, then reload the page.";
  return null;
}

/**
 * Asks the person, then the browser, for a subscription that belongs to the instance's key (base64url).
 * @throws Error with a sentence for the person
 */
export async function subscribe(publicKey: string): Promise<PushSettings> {
  if ((await Notification.requestPermission()) !== "granted")
    throw new Error("Notifications were not allowed. Choose Allow when the browser asks.");
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  // One that belongs to other keys cannot be used, and stands in the way of a new one.
  if (known !== null && !hasKey(known, publicKey)) await known.unsubscribe();
  const subscription = await pushManager
    .subscribe({ userVisibleOnly: true, applicationServerKey: publicKey })
    .catch((error: unknown) => {
      const because = error instanceof Error ? error.message : String(error);
      throw new Error(`The browser's push service could not be reached: ${because}`, { cause: error });
    });
  const { endpoint = "", keys = {} } = subscription.toJSON();
  return { endpoint, p256dh: keys["p256dh"] ?? "", auth: keys["auth"] ?? "", device: deviceName() };
}

function hasKey({ options }: PushSubscription, publicKey: string): boolean {
  const { applicationServerKey } = options;
  if (applicationServerKey === null) return false;
  const text = btoa(String.fromCharCode(...new Uint8Array(applicationServerKey)));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "") === publicKey;
}

const BROWSERS: [RegExp, string][] = [
  [/Edg\//, "Edge"],
  [/OPR\//, "Opera"],
  [/Firefox\//, "Firefox"],
  [/Chrome\//, "Chrome"],
  [/Safari\//, "Safari"],
];
const SYSTEMS: [RegExp, string][] = [
  [/Android/, "Android"],
  [/iPhone|iPad/, "iOS"],
  [/Windows/, "Windows"],
  [/Mac OS/, "macOS"],
  [/Linux/, "Linux"],
];

/** "Firefox on Linux": good enough to tell one's devices apart, and to be changed. */
export function deviceName(agent = navigator.userAgent): string {
  const find = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  return `${find(BROWSERS) ?? "Browser"} on ${find(SYSTEMS) ?? "a device"}`;
}
