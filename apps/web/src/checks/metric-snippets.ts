import { CURL } from "./curl-command.ts";
import type { PingTarget, Snippet } from "./snippets.ts";

/** Ways to report a number; empty for a check without metric limits. */
export function metricSnippets({ pingUrl, metric }: PingTarget): Snippet[] {
  if (metric === null) return [];
  return SNIPPETS.map((snippet) => snippet(`${pingUrl}?metric.${metric}=`));
}

/** `url` ends where the number follows. */
type MetricSnippet = (url: string) => Snippet;

const number: MetricSnippet = (url) => ({
  id: "number",
  title: "A number",
  note: "Run this once when the job has succeeded. Further numbers follow with &.",
  code: `${CURL} "${url}0"`,
});

const postgresql: MetricSnippet = (url) => ({
  id: "postgresql",
  title: "PostgreSQL",
  note: "A script for cron, every few minutes. Without an answer of the database it reports nothing, and the check alerts that nobody reports.",
  code: `#!/bin/sh
depth=$(psql -XAtq "$DATABASE_URL" -c "select count(*) from jobs where state = 'failed'") || exit 1
${CURL} "${url}$depth"`,
});

const bullmq: MetricSnippet = (url) => ({
  id: "bullmq",
  title: "BullMQ",
  note: "In a process that runs all the time, such as the worker. BullMQ keeps jobs that were given up in the set “failed”.",
  code: `import { Queue } from "bullmq";

const queue = new Queue("mail", { connection: { host: "127.0.0.1", port: 6379 } });

async function report() {
  const { failed } = await queue.getJobCounts("failed");
  await fetch(\`${url}\${failed}\`, { signal: AbortSignal.timeout(10_000) });
}

setInterval(() => report().catch((error) => console.error("could not report:", error.message)), 300_000);`,
});

const sidekiq: MetricSnippet = (url) => ({
  id: "sidekiq",
  title: "Sidekiq",
  note: "Run by cron every few minutes, where REDIS_URL is set as for Sidekiq. The dead set holds the jobs that were given up.",
  code: `require "sidekiq/api"
require "net/http"

Net::HTTP.get(URI("${url}#{Sidekiq::DeadSet.new.size}"))`,
});

const rabbitmq: MetricSnippet = (url) => ({
  id: "rabbitmq",
  title: "RabbitMQ",
  note: "A script for root's cron on a machine of the cluster. A queue that is gone reports no number, which is a failure.",
  code: `#!/bin/sh
depth=$(rabbitmqctl -q list_queues --no-table-headers name messages | awk '$1 == "mail.dead" { print $2 }') || exit 1
${CURL} "${url}$depth"`,
});

const sqs: MetricSnippet = (url) => ({
  id: "sqs",
  title: "Amazon SQS",
  note: "A script for cron, with a user that may call sqs:GetQueueAttributes.",
  code: `#!/bin/sh
depth=$(aws sqs get-queue-attributes --queue-url "$DEAD_LETTER_QUEUE_URL" \\
  --attribute-names ApproximateNumberOfMessages \\
  --query Attributes.ApproximateNumberOfMessages --output text) || exit 1
${CURL} "${url}$depth"`,
});

const SNIPPETS: readonly MetricSnippet[] = [number, postgresql, bullmq, sidekiq, rabbitmq, sqs];
