"""Signs tokens with PyJWT: a list of {"alg", "key", "header", "payload"} comes in, the list of tokens goes out.

`key` is base64: a secret, the seed of an Ed25519 key, or nothing for the algorithm none. `payload` is text, so that it
can be what no JSON library writes.
"""

import base64
import json
import sys

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from jwt.api_jws import PyJWS


def key(request):
    material = base64.b64decode(request["key"])
    if request["alg"] == "EdDSA":
        return Ed25519PrivateKey.from_private_bytes(material)
    return material if request["alg"] == "HS256" else None


def sign(request):
    return PyJWS().encode(request["payload"].encode(), key(request), request["alg"], request["header"])


print(json.dumps([sign(request) for request in json.load(sys.stdin)]))
