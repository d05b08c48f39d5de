import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";

/** A receiver of webhooks. */
export type FakeWebhook = Ledger<FakeRequest> & {
  url: string;
  /** Sets the reactions to the next requests, in order. Requests after those get the reaction that `otherwise` sets. */
  next(...faults: Fault[]): void;
  /** Sets the reaction to all requests without one of `next`; 200 at first. */
  otherwise(fault: Fault): void;
  close(): Promise<void>;
};

export async function startFakeWebhook(): Promise<FakeWebhook> {
  const ledger = newLedger<FakeRequest>();
  const script: Fault[] = [];
  let otherReaction: Fault = { status: 200, body: "ok" };
  const server = await startHttpFake((request, answer) => {
    ledger.add(request);
    answer(script.shift() ?? otherReaction);
  });
  return {
    ...ledger,
    url: `${server.url}/hook`,
    next: (...faults) => script.push(...faults),
    otherwise: (fault) => {
      otherReaction = fault;
    },
    close: server.close,
  };
}
