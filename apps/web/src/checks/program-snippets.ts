import type { PingTarget, Snippet } from "./snippets.ts";

export function python({ pingUrl }: PingTarget): Snippet {
  return {
    id: "python",
    title: "Python",
    note: "Uses only the standard library. An exception in the job is sent with the failure.",
    code: `import traceback
from urllib.request import urlopen

URL = "${pingUrl}"

def ping(path="", body=""):
    try:
        urlopen(URL + path, data=body.encode(), timeout=10).close()
    except OSError as error:
        print(f"could not ping: {error}")

ping("/start")
try:
    job()
except Exception:
    ping("/fail", traceback.format_exc())
    raise
ping()`,
  };
}

export function node({ pingUrl }: PingTarget): Snippet {
  return {
    id: "node",
    title: "Node",
    note: "Needs no package. An error in the job is sent with the failure.",
    code: `const url = "${pingUrl}";

const ping = (path = "", body = "") =>
  fetch(url + path, { method: "POST", body, signal: AbortSignal.timeout(10_000) })
    .catch((error) => console.error("could not ping:", error.message));

await ping("/start");
try {
  await job();
  await ping();
} catch (error) {
  await ping("/fail", error.stack);
  throw error;
}`,
  };
}

export function php({ pingUrl }: PingTarget): Snippet {
  return {
    id: "php",
    title: "PHP",
    note: "Needs no package. An exception in the job is sent with the failure.",
    code: `<?php
function ping(string $path = '', string $body = ''): void {
    $options = ['http' => ['method' => 'POST', 'content' => $body, 'timeout' => 10]];
    @file_get_contents('${pingUrl}' . $path, false, stream_context_create($options));
}

ping('/start');
try {
    job();
    ping();
} catch (Throwable $error) {
    ping('/fail', (string) $error);
    throw $error;
}`,
  };
}

export function go({ pingUrl }: PingTarget): Snippet {
  return {
    id: "go",
    title: "Go",
    note: "Uses only the standard library. The error of the job is sent with the failure.",
    code: `package main

import (
	"log"
	"net/http"
	"strings"
	"time"
)

const pingURL = "${pingUrl}"

var client = http.Client{Timeout: 10 * time.Second}

func ping(path, body string) {
	answer, err := client.Post(pingURL+path, "text/plain", strings.NewReader(body))
	if err != nil {
		log.Print("could not ping: ", err)
		return
	}
	answer.Body.Close()
}

func main() {
	ping("/start", "")
	if err := job(); err != nil {
		ping("/fail", err.Error())
		log.Fatal(err)
	}
	ping("", "")
}`,
  };
}

export function ruby({ pingUrl }: PingTarget): Snippet {
  return {
    id: "ruby",
    title: "Ruby",
    note: "Uses only the standard library. An exception in the job is sent with the failure.",
    code: `require "net/http"

URL = "${pingUrl}"

def ping(path = "", body = "")
  uri = URI(URL + path)
  Net::HTTP.start(uri.host, uri.port, use_ssl: uri.scheme == "https", open_timeout: 10, read_timeout: 10) do |http|
    http.post(uri.path, body)
  end
rescue SystemCallError, SocketError, Timeout::Error => error
  warn "could not ping: #{error.message}"
end

ping("/start")
begin
  job()
rescue => error
  ping("/fail", error.full_message(highlight: false))
  raise
end
ping`,
  };
}
