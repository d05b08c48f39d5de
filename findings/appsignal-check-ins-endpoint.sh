#!/bin/sh
# AppSignal for Python 1.9.4 sends its check-ins to `logging_endpoint`, and not to `endpoint`, which its push API key belongs
# to. AppSignal for Node 3.9.1 does the same by its source. Who leads it elsewhere by `endpoint` (APPSIGNAL_PUSH_API_ENDPOINT)
# moves errors and metrics; the check-ins of cron jobs still go to appsignal-endpoint.net, without a word.
# Guessed: check-ins are pushed to the push API's endpoint. Found: only the other address gets them.
set -eu
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
python3 -m venv .
bin/pip install --quiet --disable-pip-version-check appsignal==1.9.4
cat > try.py <<'EOF'
import os, sys, threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from importlib.metadata import version

def recorder():
    seen = []
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            self.rfile.read(int(self.headers.get("content-length", 0)))
            seen.append(self.path.split("?")[0])
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()
        def log_message(self, *_):
            pass
    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}", seen

(endpoint, pushed), (logging_endpoint, logged) = recorder(), recorder()
from appsignal import Appsignal, check_in
client = Appsignal(active=True, name="app", environment="production", push_api_key="k", endpoint=endpoint,
          logging_endpoint=logging_endpoint, working_directory_path=os.getcwd(), enable_host_metrics=False, instrumentations=[])
client.start()
check_in.heartbeat("nightly")
client.stop()
check_ins = [sum(path == "/check_ins/json" for path in seen) for seen in (pushed, logged)]
print(f"appsignal {version('appsignal')}: check-ins to endpoint {check_ins[0]}, to logging_endpoint {check_ins[1]}")
sys.exit(0 if check_ins == [0, 1] else 1)
EOF
timeout 120 bin/python try.py
# Seen: appsignal 1.9.4: check-ins to endpoint 0, to logging_endpoint 1
