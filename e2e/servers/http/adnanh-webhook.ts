import { openMachine, type Machine } from "../machine.ts";
import { freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { channelSteps } from "./channel-steps.ts";
import { untilItAnswers } from "./local.ts";

/** A hook that runs a program if the token is right. A wrong token gets a 200 unless the hook sets another status. */
const hook = (token: string) => ({
  id: "overdue",
  "execute-command": "/usr/local/bin/note",
  "pass-arguments-to-command": [{ source: "payload", name: "data.title" }],
  "trigger-rule": {
    match: {
      type: "value",
      value: token,
      parameter: { source: "header", name: "X-Token" },
    },
  },
});
const strict = (token: string) => ({
  ...hook(token),
  "trigger-rule-mismatch-http-response-code": 403,
});

/** adnanh/webhook of Debian: passes the title of our document to a program, and checks a token in a header. */
export const adnanhWebhook: Trial = {
  name: "adnanh/webhook",
  run: async (steps) => {
    const machine = await openMachine();
    try {
      steps.version = await machine.install("webhook");
      await machine.write("/usr/local/bin/note", '#!/bin/sh\nprintf "%s\\n" "$1" >> /var/log/noted\n');
      await machine.run("chmod 755 /usr/local/bin/note");
      const server = program(machine, await freePort());
      await server.start(hook("right"));
      const settings = { url: server.url, headers: { "X-Token": "right" } };
      await channelSteps(steps, {
        kind: "webhook",
        settings,
        wrong: {
          what: "a wrong token, which it answers with 200",
          settings: { ...settings, headers: { "X-Token": "wrong" } },
          expected: /^test sent.*Hook rules were not satisfied.*; works$/,
        },
        has: async (words) => {
          const found = await machine.run(`grep -c ${JSON.stringify(words)} /var/log/noted || true`);
          return Number(found);
        },
        stop: server.stop,
        start: () => server.start(hook("right")),
        target: {
          take: () => server.start(strict("another")),
          give: () => server.start(strict("right")),
          expected: /^down (retry|sending|pending).*403.*; works$/,
        },
      });
    } finally {
      await machine.remove();
    }
  },
};

function program(machine: Machine, port: number) {
  const stop = async () => void (await machine.run("pkill -x webhook; sleep 0.5"));
  return {
    url: `http://127.0.0.1:${port}/hooks/overdue`,
    stop,
    /** Restarts the server with this hook. */
    start: async (settings: object) => {
      await stop();
      await machine.write("/etc/hooks.json", JSON.stringify([settings]));
      machine.start(`webhook -hooks /etc/hooks.json -ip 127.0.0.1 -port ${port}`);
      await untilItAnswers(`http://127.0.0.1:${port}/`);
    },
  };
}
