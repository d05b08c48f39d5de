import { once } from "node:events";
import { readFile, writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";

import { eventually, freePort } from "../../support/steps.ts";
import type { Trial } from "../../support/try-all.ts";
import { startOverdue } from "../product.ts";
import { takeCheckDown, testDownUp } from "../steps.ts";
import { openPlace, type Place, untilItAnswers } from "./local.ts";

/** The modules of one release of the collector have two numbers. */
const [STABLE, BETA] = ["v1.71.0", "v0.165.0"];
const MODULES = [
  ...["component", "confmap", "confmap/provider/fileprovider", "exporter", "receiver"].map((name) => [
    name,
    STABLE,
  ]),
  ...["exporter/debugexporter", "otelcol", "receiver/otlpreceiver", "service"].map((name) => [name, BETA]),
];
const GO_MOD = `module collector

go 1.25

require (
${MODULES.map(([name, version]) => `\tgo.opentelemetry.io/collector/${name} ${version}`).join("\n")}
)
`;

/** The least collector: takes OTLP over HTTP, and prints each span with all that it understood of it. */
const MAIN_GO = `package main

import (
	"log"

	"go.opentelemetry.io/collector/component"
	"go.opentelemetry.io/collector/confmap"
	"go.opentelemetry.io/collector/confmap/provider/fileprovider"
	"go.opentelemetry.io/collector/exporter"
	"go.opentelemetry.io/collector/exporter/debugexporter"
	"go.opentelemetry.io/collector/otelcol"
	"go.opentelemetry.io/collector/receiver"
	"go.opentelemetry.io/collector/receiver/otlpreceiver"
	"go.opentelemetry.io/collector/service/telemetry/otelconftelemetry"
)

func factories() (otelcol.Factories, error) {
	receivers, err := otelcol.MakeFactoryMap[receiver.Factory](otlpreceiver.NewFactory())
	if err != nil {
		return otelcol.Factories{}, err
	}
	exporters, err := otelcol.MakeFactoryMap[exporter.Factory](debugexporter.NewFactory())
	telemetry := otelconftelemetry.NewFactory()
	return otelcol.Factories{Receivers: receivers, Exporters: exporters, Telemetry: telemetry}, err
}

func main() {
	resolver := confmap.ResolverSettings{
		DefaultScheme:     "file",
		ProviderFactories: []confmap.ProviderFactory{fileprovider.NewFactory()},
	}
	settings := otelcol.CollectorSettings{
		BuildInfo:              component.BuildInfo{Command: "collector", Version: "${BETA}"},
		Factories:              factories,
		ConfigProviderSettings: otelcol.ConfigProviderSettings{ResolverSettings: resolver},
	}
	if err := otelcol.NewCommand(settings).Execute(); err != nil {
		log.Fatal(err)
	}
}
`;

const config = (port: number) => `receivers:
  otlp:
    protocols:
      http:
        endpoint: 127.0.0.1:${port}
exporters:
  debug:
    verbosity: detailed
service:
  telemetry:
    metrics:
      level: none
  pipelines:
    traces:
      receivers: [otlp]
      exporters: [debug]
`;

/** The collector of OpenTelemetry, built from its modules: an alert's way as one trace. */
export const otelCollector: Trial = {
  name: "OpenTelemetry-Collector",
  run: async (steps) => {
    const place = await openPlace();
    const webhook = await startWebhook();
    try {
      const collector = await build(place, await freePort());
      steps.version = BETA;
      let stop = await collector.start();
      const overdue = await startOverdue({ OTEL_EXPORTER_OTLP_ENDPOINT: collector.url });
      const channel = await overdue.addChannel("webhook", { url: webhook.url });
      await testDownUp(steps, overdue, channel);
      await steps.step("the way of the alert", WAY_DOWN, () => wayOf(place, "down"));
      await steps.step("the way of the recovery, linked to it", WAY_UP, () => wayOf(place, "up"));
      await stop();
      await steps.step("an alert while the collector is away", /^down sent, 1 tries/, () =>
        takeCheckDown(overdue, channel),
      );
      stop = await collector.start();
      await steps.step("an alert once it is back", /^down sent, 1 tries/, () =>
        takeCheckDown(overdue, channel),
      );
      await steps.step("the way of that alert", /^[1-9]\d* more/, () => moreWays(place));
      await overdue.stop();
      await stop();
    } finally {
      await webhook.close();
      await place.remove();
    }
  },
};

const WAY_DOWN =
  /^ping \(overdue-api, no parent\) > state change \(overdue-api\) > delivery \(overdue-sender, sent\)$/;
const WAY_UP = new RegExp(`${WAY_DOWN.source.slice(0, -1)}, linked$`);

async function build(place: Place, port: number) {
  const file = (name: string, text: string) => writeFile(join(place.folder, name), text);
  await file("go.mod", GO_MOD);
  await file("main.go", MAIN_GO);
  await file("config.yaml", config(port));
  await place.run("go mod tidy && go build -o collector .");
  const url = `http://127.0.0.1:${port}`;
  return {
    url,
    start: async () => {
      const stop = await place.start("./collector --config=file:config.yaml >> printed 2>&1");
      await untilItAnswers(`${url}/v1/traces`);
      return stop;
    },
  };
}

type Span = {
  service: string;
  trace: string;
  id: string;
  parent: string;
  name: string;
  outcome: string | null;
  kind: string | null;
  isLinked: boolean;
};

/** The spans that the collector printed, in the order in which they came. */
async function spansOf(place: Place): Promise<Span[]> {
  const printed = await readFile(join(place.folder, "printed"), "utf8");
  return printed.split("ResourceSpans #").flatMap((resource) => {
    const service = /service\.name: Str\(([^)]+)\)/.exec(resource)?.[1] ?? "";
    return resource
      .split("\nSpan #")
      .slice(1)
      .map((text) => {
        const field = (pattern: RegExp) => pattern.exec(text)?.[1] ?? "";
        return {
          service,
          trace: field(/Trace ID +: (\w+)/),
          parent: field(/Parent ID +: (\w*)/),
          id: field(/\n +ID +: (\w+)/),
          name: field(/Name +: (.+)/),
          outcome: field(/overdue\.delivery\.outcome: Str\((\w+)\)/),
          kind: field(/overdue\.delivery\.kind: Str\((\w+)\)/),
          isLinked: text.includes("SpanLink #"),
        };
      });
  });
}

/** The spans from the cause to the first delivery of this kind, in one line. */
function wayOf(place: Place, kind: "down" | "up"): Promise<string> {
  return eventually(async () => {
    const spans = await spansOf(place);
    const delivery = spans.find((span) => span.kind === kind);
    const parentOf = (span: Span | undefined) =>
      spans.find(({ id, trace }) => id === span?.parent && trace === span.trace);
    const [change, cause] = [parentOf(delivery), parentOf(parentOf(delivery))];
    if (delivery === undefined || change === undefined || cause === undefined) return null;
    const first = `${cause.name} (${cause.service}, ${cause.parent === "" ? "no parent" : cause.parent})`;
    const then = `${change.name} (${change.service}) > delivery (${delivery.service}, ${delivery.outcome})`;
    return `${first} > ${then}${cause.isLinked ? ", linked" : ""}`;
  }, `the way of the ${kind}`);
}

/** How many alerts the collector got a whole trace of, besides the first. */
function moreWays(place: Place): Promise<string> {
  return eventually(async () => {
    const spans = await spansOf(place);
    const traces = new Set(spans.filter(({ kind }) => kind === "down").map(({ trace }) => trace));
    return traces.size > 1 ? `${traces.size - 1} more` : null;
  }, "another alert's trace");
}

async function startWebhook() {
  const server = createServer((request, response) => {
    request.resume().once("end", () => response.end());
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
