import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";

/** A receiver of webhooks. */
export type FakeWebhook = Ledger<FakeRequest> & {
  url: string;
  /** What to do with the next requests, in order; afterwards `otherwise` again. */
  next(...faults: Fault[]): void;
  /** What to do with every request from now on; 200 at first. */
  otherwise(fault: Fault): void;
  close(): Promise<void>;
};

export async function startFakeWebhook(): Promise<FakeWebhook> {
  const ledger = newLedger<FakeRequest>();
  const script: Fault[] = [];
  let usual: Fault = { status: 200, body: "ok" };
  const server = await startHttpFake((request, answer) => {
    ledger.add(request);
    answer(script.shift() ?? usual);
  });
  return {
    ...ledger,
    url: `${server.url}/hook`,
    next: (...faults) => script.push(...faults),
    otherwise: (fault) => {
      usual = fault;
    },
    close: server.close,
  };
}
