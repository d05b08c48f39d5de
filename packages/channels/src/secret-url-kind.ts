import { z } from "zod";

import { hostIn, webhookUrl } from "./addresses.ts";
import type { AnswerRules } from "./answers.ts";
import { field } from "./fields.ts";
import { type ChannelKind, defineHttpKind, type HttpKindSpec, type Style } from "./kind.ts";
import type { AlertMessage } from "./message/alert.ts";
import { jsonRequest } from "./request.ts";

type UrlSettings = z.ZodObject<{ url: z.ZodType<string, string> }>;
type SecretUrlSpec = Pick<
  HttpKindSpec<UrlSettings>,
  "title" | "summary" | "group" | "forMachines" | "onlyIncidents" | "hosts" | "rateLimit"
> & {
  /** How the form asks for the address. */
  url: { label: string; help: string; placeholder: string; schema?: z.ZodType<string, string> };
  /** What is shown of an address; by default its host and last four characters. */
  hint?: (url: string) => string;
  /** The address that is called, if it is not the setting itself. */
  requestUrl?: (url: string) => string;
  /** The JSON document that is posted for a message; pure. */
  payload: (message: AlertMessage, style: Style) => Record<string, unknown>;
  answers: AnswerRules;
};

/**
 * Defines a kind of channel whose only setting is a secret URL, such as that of an incoming webhook, to which a JSON
 * document is posted.
 */
export function defineSecretUrlKind(spec: SecretUrlSpec): ChannelKind {
  const { url: asked, hint = hostAndEnd, requestUrl = (url) => url, payload, ...rest } = spec;
  const { schema = webhookUrl, ...texts } = asked;
  return defineHttpKind({
    ...rest,
    schema: z.strictObject({ url: schema }),
    fields: [field({ name: "url", input: "url", secret: true, ...texts })],
    hint: ({ url }) => hint(url),
    request: ({ url }, message, { style }) =>
      jsonRequest(requestUrl(url), payload(message, style), { onlyHosts: spec.hosts ?? null }),
  });
}

function hostAndEnd(url: string): string {
  return `${hostIn(url)}/…${url.slice(-4)}`;
}
