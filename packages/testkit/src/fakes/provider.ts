import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import type { ProviderBehaviour } from "./provider-behaviour.ts";
import { PROVIDERS, type ProviderName } from "./providers.ts";

/** A request that a provider accepted. */
type Accepted = { provider: ProviderName; request: FakeRequest };

/** Every provider that takes a message in one HTTP request. All are behind one port, each under its own path. */
export type FakeProviders = Ledger<Accepted> & {
  /** Settings of a channel of this kind that lead to its fake. */
  settingsOf(provider: ProviderName): Record<string, unknown>;
  /** Sets the next answers of a provider, in order. */
  next(provider: ProviderName, ...faults: Fault[]): void;
  /** Forgets the next answers, so that the provider behaves as usual. */
  clearNext(provider: ProviderName): void;
  /** The provider's own answers by which it asks to wait, and says that the target is gone for good. */
  limit(provider: ProviderName, seconds: number): Fault;
  gone(provider: ProviderName): Fault;
  /** Another answer of its real servers, by name. @throws where there is none of this name */
  otherAnswer(provider: ProviderName, name: string): Fault;
  close(): Promise<void>;
};

export { type ProviderName } from "./providers.ts";
export const providerNames = Object.keys(PROVIDERS).filter(isProvider);

export async function startFakeProviders(): Promise<FakeProviders> {
  const ledger = newLedger<Accepted>();
  const scripts = new Map<ProviderName, Fault[]>();
  const server = await startHttpFake((request, answer) => {
    const [, name = "", path = ""] = /^\/([^/]+)(\/.*)$/.exec(request.path) ?? [];
    if (!isProvider(name)) return answer({ status: 404 });
    const fault = scripts.get(name)?.shift();
    if (fault !== undefined) return answer(fault);
    const said = answerOf(PROVIDERS[name], { ...request, path });
    if (said.status < 300) ledger.add({ provider: name, request: { ...request, path } });
    answer(said);
  });
  return {
    ...ledger,
    settingsOf: (provider) => PROVIDERS[provider].settings(`${server.url}/${provider}`),
    next: (provider, ...faults) => scripts.set(provider, [...(scripts.get(provider) ?? []), ...faults]),
    clearNext: (provider) => scripts.delete(provider),
    limit: (provider, seconds) => PROVIDERS[provider].limit(seconds),
    gone: (provider) => PROVIDERS[provider].gone,
    otherAnswer: (provider, name) => findAnswer(PROVIDERS[provider], name),
    close: server.close,
  };
}

function findAnswer({ otherAnswers = {} }: ProviderBehaviour, name: string): Fault {
  const answer = otherAnswers[name];
  if (answer === undefined) throw new Error(`The fake has no answer with the name “${name}”.`);
  return answer;
}

/** The answer of a provider to a request. */
function answerOf(behaviour: ProviderBehaviour, request: FakeRequest): Fault & object {
  try {
    return behaviour.refuses(request) ?? behaviour.accepts(request);
  } catch (error) {
    return { status: 400, body: `The fake could not read it: ${String(error)}` };
  }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
