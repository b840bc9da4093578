"""A webhook that keeps no secret: each request is a line of JSON on the output, answered as its payload says.

    {"wait": seconds}    before the answer
    {"answer": …}        the reply; else {"run": number of this request, "user", "session", "payload"}
    {"status": number}   the response's status

    hook.py [PORT [CERTIFICATE KEY]]

With a certificate it speaks TLS. It prints its port first.
"""

import http.server
import itertools
import json
import ssl
import sys
import threading
import time

numbers = itertools.count(1)
output = threading.Lock()


class Hook(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        number = next(numbers)
        with output:
            print(json.dumps({"seen": "request", "path": self.path, "id": self.headers["webhook-id"], **message}),
                  flush=True)
        wanted = message["payload"] if isinstance(message["payload"], dict) else {}
        time.sleep(wanted.get("wait", 0))
        answer = wanted.get("answer", {key: message[key] for key in ("user", "session", "payload")} | {"run": number})
        body = json.dumps(answer).encode()
        self.send_response(wanted.get("status", 200))
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments):
        pass


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Hook)
if len(sys.argv) > 2:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[2], sys.argv[3])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(json.dumps({"seen": "listening", "port": server.server_port}), flush=True)
server.serve_forever()
