import { parseArgs } from "node:util";

import { tryAll, type Trial } from "../support/try-all.ts";
import { stopOverdue } from "./harness/shared.ts";
import { alertmanager, watchdog } from "./alertmanager.ts";
import { borgmatics } from "./borgmatic.ts";
import { cloudflareDdns } from "./cloudflare-ddns.ts";
import { cronitorNode, cronitorPython } from "./cronitor.ts";
import { crateHealthchecks } from "./crate-healthchecks.ts";
import { duplicacyBackupRunner } from "./duplicacy-backup-runner.ts";
import { goHealthchecksio } from "./go-healthchecksio.ts";
import { hchk } from "./hchk.ts";
import { healthPing } from "./health-ping.ts";
import { healthchecksDecorator } from "./healthchecks-decorator.ts";
import { healthchecksIoPypi } from "./healthchecks-io-pypi.ts";
import { healthchecksManager } from "./healthchecks-manager.ts";
import { healthchecksWrapper } from "./healthchecks-wrapper.ts";
import { busyboxWget, curl, wget } from "./http-tools.ts";
import { linsHealthchecks } from "./lins-healthchecks.ts";
import { mcpInspector } from "./mcp-inspector.ts";
import { healthchecksDotIo, healthchecksIoClient } from "./npm-clients.ts";
import {
  appsignalPython,
  honeybadgerNode,
  opsgenieGo,
  opsgeniePython,
  prometheusClient,
} from "./other-monitors.ts";
import { pyhealthchecks } from "./pyhealthchecks.ts";
import { rawSockets } from "./raw-sockets.ts";
import { resticprofile } from "./resticprofile.ts";
import { runchecked } from "./runchecked.ts";
import { runitors } from "./runitor.ts";
import { sch2 } from "./sch2.ts";
import { celeryBeat, sentryGo, sentryJava } from "./sentry-others.ts";
import { sentryClis, sentryNode, sentryPython } from "./sentry.ts";

/** In the order of the trials: clients that take long to build come last. */
const CLIENTS: readonly Trial[] = [
  curl,
  wget,
  busyboxWget,
  rawSockets,
  healthchecksIoPypi,
  healthchecksDecorator,
  healthchecksWrapper,
  healthchecksManager,
  pyhealthchecks,
  linsHealthchecks,
  runchecked,
  healthPing,
  hchk,
  sch2,
  duplicacyBackupRunner,
  ...borgmatics,
  healthchecksIoClient,
  healthchecksDotIo,
  ...sentryClis,
  ...sentryNode,
  sentryPython,
  sentryGo,
  sentryJava,
  celeryBeat,
  cronitorNode,
  cronitorPython,
  prometheusClient,
  honeybadgerNode,
  opsgeniePython,
  opsgenieGo,
  appsignalPython,
  mcpInspector,
  alertmanager,
  watchdog,
  ...runitors,
  goHealthchecksio,
  cloudflareDdns,
  crateHealthchecks,
  resticprofile,
];

/** Tries the clients that `--only` names, or all. Ends with 1 if a step differs from what is expected. */
const { values } = parseArgs({ options: { only: { type: "string", multiple: true, default: [] } } });
const names = values.only.flatMap((name) => name.toLowerCase().split(","));
const unknown = names.filter((name) => CLIENTS.every((client) => client.name !== name));
if (unknown.length > 0) {
  process.stderr.write(
    `No client is named ${unknown.join(", ")}: ${CLIENTS.map(({ name }) => name).join(", ")}\n`,
  );
  process.exit(2);
}
const faults = await tryAll(
  "client",
  CLIENTS.filter(({ name }) => names.length === 0 || names.includes(name)),
);
await stopOverdue();
process.exit(faults === 0 ? 0 : 1);
