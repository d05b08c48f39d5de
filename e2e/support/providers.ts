import { startFakeSlack, startFakeSmtp, startFakeTelegram, startFakeWebhook } from "@overdue/testkit";

/** Servers that speak the protocols of the providers to which the product sends. */
export type Providers = Awaited<ReturnType<typeof startProviders>>;

export async function startProviders() {
  const [smtp, telegram, slack, webhook] = await Promise.all([
    startFakeSmtp(),
    startFakeTelegram(),
    startFakeSlack(),
    startFakeWebhook(),
  ]);
  return {
    smtp,
    telegram,
    slack,
    webhook,
    /** The environment with which the product uses these servers. */
    variables: {
      SMTP_URL: smtp.url,
      MAIL_FROM: "Overdue <alerts@overdue.example.org>",
      TELEGRAM_BOT_TOKEN: telegram.token,
      TELEGRAM_API_ROOT: telegram.root,
      SLACK_API_URL: slack.apiUrl,
      ALLOW_PRIVATE_NETWORKS: "127.0.0.0/8",
    },
    close: async () => {
      await Promise.all([smtp.close(), telegram.close(), slack.close(), webhook.close()]);
    },
  };
}
