import { expect, test } from "vitest";

import { ORIGIN, person, read, testApi } from "../../test/test-api.ts";

const api = await testApi();
const someone = await person(api);

async function post(body: BodyInit, contentType = "application/json"): Promise<Response> {
  return await api.app.request("/v1/projects", {
    method: "POST",
    headers: { "content-type": contentType, cookie: someone.cookie, origin: ORIGIN },
    body,
    duplex: "half",
  } as RequestInit);
}

test.each([
  ["a comma too many", '{"name": "a",}', "line 1, column 14"],
  ["a body that ends early", '{"name":\n "a"', "line 2, column 5"],
  ["plain text", "name=a", "not JSON"],
])("%s is malformed, and the place is named", async (_, body, place) => {
  const response = await post(body);
  expect(response.status).toBe(400);
  expect(response.headers.get("content-type")).toBe("application/problem+json");
  const problem = await read<{ code: string; detail: string }>(response);
  expect(problem.code).toBe("malformed");
  expect(problem.detail).toContain(place);
});

test("more than 64 kB is too large, even where no length was announced", async () => {
  const chunk = new TextEncoder().encode(" ".repeat(16_384));
  let sent = 0;
  const endless = new ReadableStream({
    pull(controller) {
      sent += 1;
      controller.enqueue(chunk);
    },
  });
  expect((await post(endless)).status).toBe(413);
  expect(sent).toBeLessThan(20);
});

test("a body that nests deeper than 20 levels is refused before any schema walks it", async () => {
  expect((await post("[".repeat(30_000) + "]".repeat(30_000))).status).toBe(400);
});

test.each(["__proto__", "constructor", "prototype"])(
  "the field %s is refused wherever it stands",
  async (name) => {
    const response = await post(`{"name": "a", "more": [{"${name}": {}}]}`);
    expect(response.status).toBe(400);
    expect(await read(response)).toMatchObject({ errors: [{ field: name }] });
  },
);

test("a body that is not JSON by its type is refused", async () => {
  expect((await post('{"name":"a"}', "text/plain")).status).toBe(415);
  expect((await post("name=a", "application/x-www-form-urlencoded")).status).toBe(415);
});

test("bytes that are not UTF-8 are refused", async () => {
  expect((await post(new Uint8Array([0x22, 0xff, 0x22]))).status).toBe(400);
});

test("an address without anything is answered in the same shape", async () => {
  const response = await api.call("GET", "/v1/nothing");
  expect(response.status).toBe(404);
  expect(await read(response)).toMatchObject({ code: "not_found", status: 404 });
});

test.each(["\\u0000", "\\ud800"])("text with %s, which no database can hold, is refused", async (escape) => {
  expect((await post(`{"name": "a${escape}"}`)).status).toBe(400);
});

test("an address with a NUL in it is refused", async () => {
  expect((await someone.as("GET", `${someone.path}/checks?tag=%00`)).status).toBe(400);
});
