import { Client, StreamableHTTPClientTransport } from "@modelcontextprotocol/client";

import { ORIGIN, type TestApi } from "./test-api.ts";

/** The two revisions of MCP that clients speak: with a handshake (2025), and with its facts in every request (2026). */
type Revision = "legacy" | "auto";

type Options = {
  key: string;
  tools?: "read" | "write";
  revision?: Revision;
  header?: "bearer" | "x-api-key";
};

/** The official client, connected to the MCP server of the API. */
export async function mcpClient({ app }: TestApi, options: Options) {
  const { key, tools, revision = "auto", header = "bearer" } = options;
  const url = new URL(`${ORIGIN}/mcp${tools === undefined ? "" : `?tools=${tools}`}`);
  const headers = header === "bearer" ? { authorization: `Bearer ${key}` } : { "x-api-key": key };
  const transport = new StreamableHTTPClientTransport(url, {
    fetch: async (input, init) => await app.request(String(input), init),
    requestInit: { headers },
  });
  const client = new Client({ name: "test", version: "1" }, { versionNegotiation: { mode: revision } });
  await client.connect(transport);
  const call = async (name: string, input: Record<string, unknown> = {}) => {
    const result = await client.callTool({ name, arguments: input });
    const [content] = result.content;
    const text = content?.type === "text" ? content.text : "";
    return {
      text,
      data: result.structuredContent as Record<string, unknown>,
      isError: result.isError === true,
    };
  };
  const toolNames = async () => (await client.listTools()).tools.map(({ name }) => name).toSorted();
  return { client, call, toolNames };
}
