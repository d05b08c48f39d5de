import type { Trial } from "../support/try-all.ts";
import { fromNpm, fromPyPi } from "./harness/install.ts";
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
