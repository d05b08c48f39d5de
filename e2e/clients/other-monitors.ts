import type { Trial } from "../support/try-all.ts";
import { fromGoSource, fromNpm, fromPyPi } from "./harness/install.ts";
import { outputOf } from "./harness/run.ts";
import { withOverdue } from "./harness/shared.ts";

const PUSH = `
import sys
from prometheus_client import CollectorRegistry, Gauge, push_to_gateway, pushadd_to_gateway
registry = CollectorRegistry()
Gauge("job_last_success_unixtime", "x", registry=registry).set_to_current_time()
push_to_gateway(sys.argv[1], job=sys.argv[2], registry=registry)
pushadd_to_gateway(sys.argv[1], job=sys.argv[2], registry=registry)
`;

/** prometheus_client, pushing to a Pushgateway. */
export const prometheusClient: Trial = {
  name: "prometheus-client",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("prometheus_client==0.26.0");
    steps.version = "0.26.0";
    await steps.step("each push is a success", "success, success", async () => {
      const { slug, check } = await overdue.addSlug("pushed");
      await python.run(PUSH, [`${overdue.origin}/pushgateway/${overdue.keys.ping}`, slug]);
      return await overdue.seen(check);
    });
  }),
};

const HONEYBADGER = `
const Honeybadger = require("@honeybadger-io/js");
const [endpoint, apiKey, id] = process.argv.slice(1);
Honeybadger.configure({ endpoint, apiKey });
Honeybadger.checkIn(id).then(() => process.exit(0));
`;

/** Honeybadger for Node. It drops the port of its endpoint, so that it comes by the proxy. */
export const honeybadgerNode: Trial = {
  name: "honeybadger-node",
  run: withOverdue(async (steps, overdue) => {
    const folder = await fromNpm("@honeybadger-io/js@6.16.5");
    steps.version = "6.16.5";
    await steps.step("own fault: it drops the port of its endpoint", "nothing", async () => {
      const check = await overdue.addCheck();
      await outputOf(process.execPath, ["-e", HONEYBADGER, overdue.origin, "x", check.uuid], { cwd: folder });
      return await overdue.seen(check);
    });
  }),
};

const OPSGENIE = `
import sys, opsgenie_sdk
configuration = opsgenie_sdk.Configuration()
configuration.host, configuration.api_key["Authorization"] = sys.argv[1], sys.argv[2]
configuration.api_key_prefix["Authorization"] = "GenieKey"
api = opsgenie_sdk.HeartbeatApi(opsgenie_sdk.ApiClient(configuration=configuration))
print(api.ping(name=sys.argv[3]).result)
`;

/** Opsgenie's SDK for Python. */
export const opsgeniePython: Trial = {
  name: "opsgenie-python",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("opsgenie-sdk==2.1.5");
    steps.version = "2.1.5";
    await steps.step("a heartbeat is a success", "PONG - Heartbeat received success", async () => {
      const { slug, check } = await overdue.addSlug("my-hb");
      const { out, err } = await python.run(OPSGENIE, [overdue.origin, overdue.keys.ping, slug]);
      return `${(out || err.slice(-200)).trim()} ${await overdue.seen(check)}`;
    });
  }),
};

const OPSGENIE_GO = `package main

import (
	"context"
	"fmt"
	"os"

	"github.com/opsgenie/opsgenie-go-sdk-v2/client"
	"github.com/opsgenie/opsgenie-go-sdk-v2/heartbeat"
)

func main() {
	config := &client.Config{ApiKey: os.Args[2], OpsGenieAPIURL: client.ApiUrl(os.Args[1])}
	heartbeats, err := heartbeat.NewClient(config)
	if err != nil {
		panic(err)
	}
	answer, err := heartbeats.Ping(context.Background(), os.Args[3])
	if err != nil {
		panic(err)
	}
	fmt.Println(answer.Message)
}
`;

/** Opsgenie's SDK for Go, which speaks http with any host but its own. */
export const opsgenieGo: Trial = {
  name: "opsgenie-go",
  run: withOverdue(async (steps, overdue) => {
    const program = await fromGoSource("github.com/opsgenie/opsgenie-go-sdk-v2@v1.2.23", OPSGENIE_GO);
    steps.version = "1.2.23";
    await steps.step("a heartbeat is a success", /PONG - Heartbeat received success$/, async () => {
      const { slug, check } = await overdue.addSlug("my-go-hb");
      const out = await outputOf(program, [overdue.address, overdue.keys.ping, slug]);
      return `${out} ${await overdue.seen(check)}`;
    });
  }),
};

const APPSIGNAL = `
import sys, time
from appsignal import Appsignal, check_in
host, key, folder = sys.argv[1:4]
client = Appsignal(active=True, name="app", environment="production", push_api_key=key, logging_endpoint=host,
                   working_directory_path=folder, enable_host_metrics=False, instrumentations=[])
client.start()
with check_in.Cron("appsignal-good"):
    time.sleep(0.05)
try:
    with check_in.Cron("appsignal-bad"):
        raise ValueError("boom")
except ValueError:
    pass
check_in.heartbeat("appsignal-heartbeat")
client.stop()
`;

/** AppSignal for Python. Check-ins go to its logging endpoint, and a job that raises is never reported. */
export const appsignalPython: Trial = {
  name: "appsignal-python",
  run: withOverdue(async (steps, overdue) => {
    const python = await fromPyPi("appsignal==1.9.4");
    steps.version = "1.9.4";
    const slugs = ["appsignal-good", "appsignal-bad", "appsignal-heartbeat"];
    const checks = await Promise.all(slugs.map((slug) => overdue.addSlug(slug)));
    const { err } = await python.run(APPSIGNAL, [overdue.origin, overdue.keys.ping, await overdue.folder()]);
    // A start and a finish that come in one request are one success, which knows how long the run took.
    const expected = ["success", "start; run running", "success"];
    for (const [index, { slug, check }] of checks.entries())
      await steps.step(slug, expected[index] ?? "", async () => {
        const seen = await overdue.seen(check);
        return seen === "nothing" ? `nothing ${err.slice(-200)}` : seen;
      });
  }),
};
