import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconBellRinging } from "@tabler/icons-react";
import { useMutation, useQuery } from "@tanstack/react-query";
import { api, parseResponse } from "../api/client.ts";
import { ErrorAlert } from "../ui/listing.tsx";

const pushKeyQuery = {
  queryKey: ["push-key"],
  queryFn: async () => (await parseResponse(api.v1["push-key"].$get())).publicKey,
};

type Props = {
  /** An existing channel gets a new subscription of this browser. */
  isAgain: boolean;
  save: (device: { name: string; settings: PushSettings }) => Promise<unknown>;
};

/** Makes this browser a channel, after the browser has asked the person for permission. */
export function PushLink({ isAgain, save }: Props) {
  const { data: publicKey, error: keyError } = useQuery(pushKeyQuery);
  const { mutate, isPending, error } = useMutation({
    mutationFn: async () => {
      const settings = await subscribe(publicKey ?? "");
      await save({ name: settings.device, settings });
    },
  });
  const problem = pushProblem();
  if (problem !== null)
    return (
      <Alert color="orange" icon={<IconAlertTriangle aria-hidden />} title="Not in this browser yet">
        {problem}
      </Alert>
    );
  return (
    <Stack gap="sm" align="flex-start">
      <Text>
        Alerts appear on this device ({deviceName()}) even while Overdue is closed, with a button to
        acknowledge them. Do this once on each device that is to be notified; each becomes a channel of its
        own.
      </Text>
      <Button
        leftSection={<IconBellRinging size={18} aria-hidden />}
        loading={isPending}
        disabled={publicKey === undefined}
        onClick={() => mutate()}
      >
        {isAgain ? "Use this device for the channel" : "Notify this device"}
      </Button>
      {(error ?? keyError) !== null && <ErrorAlert error={error ?? keyError} />}
    </Stack>
  );
}

/** The settings of the channel: where the browser's push service takes messages for it, with its keys (base64url). */
type PushSettings = { endpoint: string; p256dh: string; auth: string; device: string };

/** Why this browser takes no notifications, as a sentence; null if it can be asked for permission. */
function pushProblem(): string | null {
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
 * Asks the person for permission, then the browser for a subscription with the instance's public key (base64url).
 * @throws Error with a sentence for the person
 */
async function subscribe(publicKey: string): Promise<PushSettings> {
  if ((await Notification.requestPermission()) !== "granted")
    throw new Error("Notifications were not allowed. Choose Allow when the browser asks.");
  const { pushManager } = await navigator.serviceWorker.ready;
  const known = await pushManager.getSubscription();
  // A subscription with another key cannot be used, and the browser would refuse a second one.
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

/** "Firefox on Linux": enough to tell a person's devices apart, and they can rename the channel. */
function deviceName(agent = navigator.userAgent): string {
  const find = (names: [RegExp, string][]) => names.find(([pattern]) => pattern.test(agent))?.[1];
  return `${find(BROWSERS) ?? "Browser"} on ${find(SYSTEMS) ?? "a device"}`;
}
