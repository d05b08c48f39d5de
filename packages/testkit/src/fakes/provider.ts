import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import type { ProviderBehaviour } from "./provider-behaviour.ts";
import { PROVIDERS, type ProviderName } from "./providers.ts";

/** A request that a provider accepted. */
type Accepted = { provider: ProviderName; request: FakeRequest };

/** Every provider that accepts a message in one HTTP request. All share one port, each with its own path. */
export type FakeProviders = Ledger<Accepted> & {
  /** Channel settings with which messages go to the fake of this provider. */
  settingsOf(provider: ProviderName): Record<string, unknown>;
  /** Sets the next reactions of a provider, in order. */
  next(provider: ProviderName, ...faults: Fault[]): void;
  /** Forgets the reactions that were set, so that the provider behaves as usual. */
  clearNext(provider: ProviderName): void;
  /** The provider's responses that ask the sender to wait, and that say that the target no longer exists. */
  limit(provider: ProviderName, seconds: number): Fault;
  gone(provider: ProviderName): Fault;
  /** Another response of its real servers, by name. @throws if there is none with this name */
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
    const response = respond(PROVIDERS[name], { ...request, path });
    if (response.status < 300) ledger.add({ provider: name, request: { ...request, path } });
    answer(response);
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

/** The response of a provider to a request. */
function respond(behaviour: ProviderBehaviour, request: FakeRequest): Fault & object {
  try {
    return behaviour.refuses(request) ?? behaviour.accepts(request);
  } catch (error) {
    return { status: 400, body: `The fake could not read the request: ${String(error)}` };
  }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
