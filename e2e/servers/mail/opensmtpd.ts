import type { Trial } from "../../support/try-all.ts";
import { takeCheckDown, sentInTheEnd } from "../steps.ts";
import { deniesRelaying, givesUp, mailSteps, withRelay, type RelayPorts } from "./relay.ts";

/**
 * OpenSMTPD gives up after seconds, and not after days as by default. It rests an address that does not answer, whatever the
 * port, so the host that cannot be reached has an address of its own; bounces go to the other.
 */
const smtpdConf = ({ smtp, ping, gone, nobody }: RelayPorts) => `
queue ttl 20s
smtp max-message-size 35M
listen on 127.0.0.1 port ${smtp} hostname relay.corp.test
listen on socket
table users { "ops@corp.test" = "mail" }
action "ops" maildir "/var/mail/v/ops" virtual <users>
action "ping" relay host "smtp://127.0.0.1:${ping}"
action "gone" relay host "smtp://127.0.0.1:${gone}"
action "defer" relay host "smtp://127.0.0.2:${nobody}"
match from any for rcpt-to "ops@corp.test" action "ops"
match from any for domain "ping.test" action "ping"
match from any for domain "gone.test" action "gone"
match from any for domain "defer.test" action "defer"
`;

export const opensmtpd: Trial = {
  name: "OpenSMTPD",
  run: (steps) =>
    withRelay(
      async (machine, ports) => {
        steps.version = await machine.install("opensmtpd");
        await machine.write("/etc/smtpd.conf", smtpdConf(ports));
        await machine.run("mkdir -p /var/mail/v; chown mail:mail /var/mail/v");
        machine.start("smtpd -d");
        return steps.version;
      },
      async (scene) => {
        const { machine, overdue } = scene;
        // OpenSMTPD uses the same text for a domain that it does not relay to, so this breaks no channel.
        await mailSteps(steps, scene, {
          waiting: "smtpctl show queue | wc -l",
          unknown: /^test retry.* 550/,
        });
        await deniesRelaying(steps, scene, /Invalid recipient/);
        await givesUp(steps, scene);
        const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
        await machine.run("pkill -x smtpd; sleep 1");
        await steps.step("stopped", /^down (retry|sending|pending)/, () => takeCheckDown(overdue, channel));
        machine.start("smtpd -d");
        await steps.step("started again", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
      },
    ),
};
