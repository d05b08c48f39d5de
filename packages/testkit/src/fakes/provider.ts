import { startHttpFake, type FakeRequest, type Fault } from "./http-fake.ts";
import { newLedger, type Ledger } from "./ledger.ts";
import type { Manners } from "./manners.ts";
import { PROVIDERS, type ProviderName } from "./providers.ts";

/** One message that a provider took, by its name. */
type Taken = { provider: ProviderName; request: FakeRequest };

/** Every provider that is told by one HTTP request, behind one port, each under its own name. */
export type FakeProviders = Ledger<Taken> & {
  /** Settings of a channel of this kind that lead here. */
  settingsOf(provider: ProviderName): Record<string, unknown>;
  /** What this provider answers next, in order. */
  next(provider: ProviderName, ...faults: Fault[]): void;
  /** Takes back what was to come next. */
  behaves(provider: ProviderName): void;
  /** Its own words for: wait this long, this target is gone for good, and an answer that nobody can read. */
  limit(provider: ProviderName, seconds: number): Fault;
  gone(provider: ProviderName): Fault;
  /** One of the answers that its real servers were seen to give. @throws where it has none of this name */
  says(provider: ProviderName, name: string): Fault;
  close(): Promise<void>;
};

export { type ProviderName } from "./providers.ts";
export const providerNames = Object.keys(PROVIDERS).filter(isProvider);

export async function startFakeProviders(): Promise<FakeProviders> {
  const ledger = newLedger<Taken>();
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
    behaves: (provider) => scripts.delete(provider),
    limit: (provider, seconds) => PROVIDERS[provider].limit(seconds),
    gone: (provider) => PROVIDERS[provider].gone,
    says: (provider, name) => seen(PROVIDERS[provider], name),
    close: server.close,
  };
}

function seen({ says = {} }: Manners, name: string): Fault {
  const answer = says[name];
  if (answer === undefined) throw new Error(`The fake says nothing by the name of “${name}”.`);
  return answer;
}

/** What a provider says to a message: its refusal, or that it was taken. */
function answerOf(manners: Manners, request: FakeRequest): Fault & object {
  try {
    return manners.refuses(request) ?? manners.taken(request);
  } catch (error) {
    return { status: 400, body: `The fake could not read it: ${String(error)}` };
  }
}

function isProvider(name: string): name is ProviderName {
  return Object.hasOwn(PROVIDERS, name);
}
