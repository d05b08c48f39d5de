import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";

import { emptyDataDirectory, startProduct } from "../support/product.ts";
import { seedProduct } from "./seed.ts";
import { installSchemathesis } from "./install.ts";
import { explore } from "./explore.ts";

const REQUESTS_MIN = 2_000;
const { values } = parseArgs({
  options: { seed: { type: "string" }, examples: { type: "string" }, only: { type: "string" } },
});
const seed = Number(values.seed ?? randomInt(2 ** 31));
const examples = Number(values.examples ?? 12);

const schemathesis = await installSchemathesis();
const { path: dataDirectory, remove } = await emptyDataDirectory();
const account = { BOOTSTRAP_EMAIL: "ada@example.org", BOOTSTRAP_PASSWORD: "correct horse battery" };
const product = await startProduct(dataDirectory, {
  ...account,
  API_RATE_LIMIT: "0",
  METRICS_TOKEN: "let-me-measure",
});
try {
  const seeded = await seedProduct(product.origin, account);
  const { requests, failed } = await explore(schemathesis, seeded, { seed, examples, only: values.only });
  const enough = requests >= REQUESTS_MIN || values.only !== undefined;
  process.stdout.write(
    `${requests} requests, seed ${seed}: ${failed ? "something is wrong" : "all as documented"}\n`,
  );
  if (!enough) process.stdout.write(`That is fewer than ${REQUESTS_MIN}: raise --examples.\n`);
  process.exitCode = failed || !enough ? 1 : 0;
} finally {
  await product.stop();
  await remove();
}
