import type { Trial } from "../support/try-all.ts";
import { fromGo } from "./harness/install.ts";
import { withOverdue } from "./harness/shared.ts";
import { run } from "./harness/run.ts";

/** favonia's Cloudflare DDNS. Its update fails, because Cloudflare cannot be reached. It accepts only the body "OK". */
export const cloudflareDdns: Trial = {
  name: "cloudflare-ddns",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromGo("github.com/favonia/cloudflare-ddns@v1.17.0", "/cmd/ddns");
    steps.version = "v1.17.0";
    const env = (url: string) => ({
      ...overdue.asHealthchecks,
      HEALTHCHECKS: url,
      CLOUDFLARE_API_TOKEN: "not-a-real-token-0123456789abcdefghijklmn",
      DOMAINS: "host.example.org",
      IP4_PROVIDER: "static:192.0.2.1",
      IP6_PROVIDER: "none",
      UPDATE_CRON: "@once",
      EMOJI: "false",
    });
    await steps.step(
      "a start with a body, then a failure with its reason",
      /^start ".*", fail .*; run fail$/,
      async () => {
        const check = await overdue.addCheck();
        await run(program, [], { env: env(check.pingUrl) });
        return await overdue.seen(check);
      },
    );
  }),
};
