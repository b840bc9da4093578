"""Many users that send many messages at once and repeat, after each loss of the connection, what was not answered.

Input: one line {"port", "component", "messages", "users": [{"user", "token"}]}; each further line has everyone send all
messages once more, with the same request ids. Output: {"seen": "sent"} when everything is on its way, {"seen": "lost"}
at the first loss with the requests that had been answered by then, {"seen": "done", "replies": {request: reply}} when
everything is answered.
"""

import json
import sys
import threading

import paho.mqtt.client as mqtt

lock = threading.Lock()
changed = threading.Condition(lock)
replies = {}
clients = []
has_lost = False


def tell(**observation):
    print(json.dumps(observation), flush=True)


class Sender:
    def __init__(self, settings, user, token):
        self.user = user
        self.component = settings["component"]
        self.requests = [f"{user}-{number}" for number in range(settings["messages"])]
        self.client = mqtt.Client(client_id=f"flood-{user}", protocol=mqtt.MQTTv5)
        self.client.username_pw_set(user, token)
        self.client.on_connect = self.on_connect
        self.client.on_disconnect = self.on_disconnect
        self.client.on_message = self.on_message
        self.client.reconnect_delay_set(1, 1)
        self.client.connect("127.0.0.1", settings["port"])
        self.client.loop_start()

    def on_connect(self, client, userdata, flags, code, properties=None):
        client.subscribe(f"rt/demo/re/{self.user}/-/#")
        self.send()

    def send(self):
        with lock:
            missing = [request for request in self.requests if request not in replies]
        for request in missing:
            self.client.publish(f"rt/demo/up/{self.user}/{self.component}/{request}", json.dumps({"of": request}), 0)

    def on_disconnect(self, client, userdata, code, properties=None):
        global has_lost
        with lock:
            if not has_lost:
                has_lost = True
                tell(seen="lost", answered=sorted(replies))

    def on_message(self, client, userdata, message):
        with changed:
            replies.setdefault(message.topic.rpartition("/")[2], json.loads(message.payload))
            changed.notify()


settings = json.loads(sys.stdin.readline())
for user in settings["users"]:
    clients.append(Sender(settings, user["user"], user["token"]))
tell(seen="sent")
total = settings["messages"] * len(clients)
while True:
    with changed:
        changed.wait_for(lambda: len(replies) == total)
        tell(seen="done", replies=replies)
    if not sys.stdin.readline():
        break
    with lock:
        replies.clear()
    for client in clients:
        client.send()
for client in clients:
    client.client.disconnect()
