"""An application's server: it has the pages beside it, and asks the bridge for its users' grants.

    GET /page.html?policy=…    a file, with a Content-Security-Policy where the query has one
    POST /grant                what the bridge answers to the request for a grant that it was told of

It prints the port that it listens on. A line that comes in, {"url", "key", "request"}, says which bridge to ask, and
what for; each grant is told with {"seen": "grant", "status"}.
"""

import functools
import http.server
import json
import os
import sys
import threading
import urllib.error
import urllib.parse
import urllib.request

FOLDER = os.path.dirname(os.path.abspath(__file__))
OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


def say(**members):
    print(json.dumps(members), flush=True)


class Application(http.server.SimpleHTTPRequestHandler):
    bridge = None

    def end_headers(self):
        query = urllib.parse.parse_qs(urllib.parse.urlsplit(self.path).query)
        for policy in query.get("policy", []):
            self.send_header("content-security-policy", policy)
        super().end_headers()

    def do_POST(self):
        status, body = self.grant() if self.path == "/grant" and self.bridge else (404, b"")
        say(seen="grant", status=status)
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def grant(self):
        request = urllib.request.Request(
            self.bridge["url"] + "/v1/grants", json.dumps(self.bridge["request"]).encode(),
            {"authorization": f"Bearer {self.bridge['key']}", "content-type": "application/json"})
        try:
            with OPENER.open(request, timeout=10) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 502, b""

    def log_message(self, *arguments):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), functools.partial(Application, directory=FOLDER))
server.daemon_threads = True
threading.Thread(target=server.serve_forever, daemon=True).start()
say(seen="listening", port=server.server_port)
for line in sys.stdin:
    Application.bridge = json.loads(line)
    say(seen="bridge")
