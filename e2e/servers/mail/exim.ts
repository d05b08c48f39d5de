import type { Trial } from "../../support/try-all.ts";
import { takeCheckDown, sentInTheEnd } from "../steps.ts";
import { deniesRelaying, givesUp, mailSteps, withRelay, type RelayPorts } from "./relay.ts";

const router = (name: string) => `${name}:
  driver = manualroute
  domains = ${name}.test
  route_list = * 127.0.0.1
  self = send
  transport = ${name}
`;
const transport = (name: string, port: number) => `${name}:
  driver = smtp
  port = ${port}
`;

/** Debian's Exim with one configuration file. It gives up on defer.test after seconds, and not after days as by default. */
const exim4Conf = ({ smtp, ping, gone, nobody }: RelayPorts) => `
primary_hostname = relay.corp.test
daemon_smtp_ports = ${smtp}
local_interfaces = 127.0.0.1
acl_smtp_rcpt = rcpt
acl_smtp_data = any
tls_advertise_hosts =
log_file_path = /var/log/exim4/%slog
begin acl
any:
  accept
rcpt:
  accept domains = corp.test
         verify = recipient
  deny   domains = corp.test
         message = Unknown user
  accept domains = ping.test : gone.test : defer.test
  deny   message = relay not permitted
begin routers
ops:
  driver = accept
  domains = corp.test
  local_parts = ops
  transport = maildir
${["ping", "gone", "defer"].map(router).join("")}begin transports
maildir:
  driver = appendfile
  directory = /var/mail/v/ops
  maildir_format
  create_directory
  user = mail
  group = mail
${transport("ping", ping)}${transport("gone", gone)}${transport("defer", nobody)}begin retry
defer.test * F,5s,2s
* * F,1h,5s
`;

export const exim: Trial = {
  name: "Exim",
  run: (steps) =>
    withRelay(
      async (machine, ports) => {
        steps.version = await machine.install("exim4-daemon-light");
        await machine.write("/etc/exim4/exim4.conf", exim4Conf(ports));
        await machine.run(
          "mkdir -p /var/mail/v /run/exim4; chown mail:mail /var/mail/v; chown Debian-exim /run/exim4 || true",
        );
        machine.start("exim4 -bdf -q5s");
        return steps.version;
      },
      async (scene) => {
        const { machine, overdue } = scene;
        await mailSteps(steps, scene, { waiting: "exim4 -bpc" });
        await deniesRelaying(steps, scene, /relay not permitted/);
        await givesUp(steps, scene);
        const channel = await overdue.addChannel("email", { to: "ops@corp.test" });
        await machine.run("pkill -x exim4; sleep 1");
        await steps.step("stopped", /^down (retry|sending|pending)/, () => takeCheckDown(overdue, channel));
        machine.start("exim4 -bdf -q5s");
        await steps.step("started again", /^down sent, [2-9] tries/, () => sentInTheEnd(overdue, channel));
      },
    ),
};
