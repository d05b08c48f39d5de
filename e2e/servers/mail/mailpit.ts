import { appendFile } from "node:fs/promises";
import { join } from "node:path";

import { untilItAnswers, ask, openPlace } from "../http/local.ts";
import { startOverdue } from "../product.ts";
import { freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { takeCheckDown, healthOf, testDownUp, sendTest, sentInTheEnd } from "../steps.ts";

const VERSION = "v1.33.1";
const PASSWORD = "pass@word/1";

type Summary = { messages: { ID: string; Subject: string }[] };

/** A mail server for tests, which refuses mails on request. */
export const mailpit: Trial = {
  name: "Mailpit",
  run: async (steps) => {
    const place = await openPlace();
    try {
      await place.run(`go install github.com/axllent/mailpit@${VERSION}`, {
        GOBIN: place.folder,
        GOFLAGS: "-mod=mod",
      });
      steps.version = VERSION;
      const [smtp, http] = [await freePort(), await freePort()];
      await appendFile(join(place.folder, "users"), `overdue:${PASSWORD}\n`);
      await place.start(
        `./mailpit --smtp 127.0.0.1:${smtp} --listen 127.0.0.1:${http} --enable-chaos --smtp-auth-file users --smtp-auth-allow-insecure`,
      );
      const api = `http://127.0.0.1:${http}/api/v1`;
      await untilItAnswers(`${api}/info`);
      const start = (password: string) =>
        startOverdue({
          SMTP_URL: `smtp://overdue:${encodeURIComponent(password)}@127.0.0.1:${smtp}`,
          MAIL_FROM: "Overdue <alerts@corp.test>",
        });
      const overdue = await start(PASSWORD);
      const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
      await testDownUp(steps, overdue, channel);
      const all = async () => (JSON.parse((await ask(`${api}/messages`)).body) as Summary).messages;
      await steps.step("subjects", /\[Up again\].*\[Down\]/, async () =>
        (await all()).map((one) => one.Subject).join("; "),
      );
      await steps.step("the recovery refers to the down", /^In-Reply-To/, async () => {
        const up = (await all()).find(({ Subject }) => Subject.startsWith("[Up again]"));
        return (
          /^In-Reply-To: .*/m.exec((await ask(`${api}/message/${up?.ID ?? ""}/raw`)).body)?.[0] ??
          "no reference"
        );
      });
      const chaos = (triggers: object) =>
        ask(`${api}/chaos`, { method: "PUT", body: JSON.stringify(triggers) });
      await chaos({ Recipient: { ErrorCode: 451, Probability: 100 } });
      await steps.step("451 at RCPT (greylisting)", /^down (retry|sending|pending).*451/, () =>
        takeCheckDown(overdue, channel),
      );
      await chaos({});
      await steps.step("accepted later", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
      await overdue.stop();
      const wrong = await start("wrong");
      const other = await wrong.addChannel("email", { to: "ops@corp.test" });
      await steps.step(
        "wrong password is retried, and breaks no channel",
        /^test (retry|sending|pending|failed).*535.*; works/,
        async () => `${await sendTest(wrong, other)}; ${await healthOf(wrong, other)}`,
      );
      await wrong.stop();
    } finally {
      await place.remove();
    }
  },
};
