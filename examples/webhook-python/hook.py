# A component's webhook: checks the signature (Standard Webhooks), then answers.
# Run it:  WEBHOOK_SECRET=whsec_... python3 hook.py 9000
# bridge.yaml:
#   components:
#     mod_quiz:
#       callback: { webhook: { url: http://127.0.0.1:9000/hook, secret: whsec_... } }
import base64, hashlib, hmac, json, os, sys, time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

SECRET = base64.b64decode(os.environ["WEBHOOK_SECRET"].removeprefix("whsec_"))

class Hook(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # keeps connections
    wbufsize = -1  # a buffer, so that headers and body leave in one packet

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        sent_at = self.headers.get("webhook-timestamp", "0")
        signed = f"{self.headers.get('webhook-id')}.{sent_at}.".encode() + body
        expected = b"v1," + base64.b64encode(hmac.digest(SECRET, signed, "sha256"))
        signatures = self.headers.get("webhook-signature", "").encode().split(b" ")
        if any([hmac.compare_digest(expected, s) for s in signatures]) and abs(time.time() - int(sent_at)) <= 300:
            # The same id comes again where an answer got lost: store it to do the work once.
            message = json.loads(body)
            self.answer(200, {"received": message["payload"], "user": message["user"]})
        else:
            self.answer(401, {"error": "signature"})

    def answer(self, status, value):
        data = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Hook).serve_forever()
