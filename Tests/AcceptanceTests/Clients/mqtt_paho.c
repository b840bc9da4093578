/* paho's C client: connects over the URI with MQTT 3.1.1 or 5, subscribes to a channel and its replies, and prints
 * "ready", then each message as TOPIC and payload, until its input ends. A line of input is published as an upstream
 * message to realtime_echo.
 *
 *   mqtt_paho URI 4|5 CLIENT-ID USER TOKEN TOPIC
 */
#include <MQTTClient.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int on_message(void *context, char *topic, int length, MQTTClient_message *message) {
  (void)context, (void)length;
  printf("message %s %.*s\n", topic, message->payloadlen, (char *)message->payload);
  fflush(stdout);
  MQTTClient_freeMessage(&message);
  MQTTClient_free(topic);
  return 1;
}

static int connect_to(MQTTClient client, int version, const char *user, const char *token) {
  MQTTClient_connectOptions three = MQTTClient_connectOptions_initializer;
  MQTTClient_connectOptions five = MQTTClient_connectOptions_initializer5;
  MQTTClient_connectOptions *options = version == 5 ? &five : &three;
  options->MQTTVersion = version;
  options->username = user;
  options->password = token;
  if (version != 5) return MQTTClient_connect(client, options);
  options->cleanstart = 1;
  MQTTResponse response = MQTTClient_connect5(client, options, NULL, NULL);
  int code = response.reasonCode;
  MQTTResponse_free(response);
  return code;
}

static int subscribe(MQTTClient client, int version, const char *filter) {
  if (version != 5) return MQTTClient_subscribe(client, filter, 0);
  MQTTResponse response = MQTTClient_subscribe5(client, filter, 0, NULL, NULL);
  int code = response.reasonCode;
  MQTTResponse_free(response);
  return code;
}

int main(int count, char **arguments) {
  if (count != 7) return 2;
  int version = atoi(arguments[2]);
  const char *user = arguments[4];
  char replies[200], topic[300], line[4096];
  MQTTClient client;
  MQTTClient_createOptions create = MQTTClient_createOptions_initializer;
  create.MQTTVersion = version;
  if (MQTTClient_createWithOptions(&client, arguments[1], arguments[3], MQTTCLIENT_PERSISTENCE_NONE, NULL, &create))
    return 1;
  MQTTClient_setCallbacks(client, NULL, NULL, on_message, NULL);
  int code = connect_to(client, version, user, arguments[5]);
  printf("connack %d\n", code);
  if (code) return 1;
  snprintf(replies, sizeof replies, "rt/demo/re/%s/-/#", user);
  printf("suback %d %d\n", subscribe(client, version, arguments[6]), subscribe(client, version, replies));
  puts("ready");
  fflush(stdout);
  for (int number = 1; fgets(line, sizeof line, stdin); number++) {
    line[strcspn(line, "\n")] = 0;
    snprintf(topic, sizeof topic, "rt/demo/up/%s/realtime_echo/c%d", user, number);
    if (version == 5) {
      MQTTResponse response = MQTTClient_publish5(client, topic, (int)strlen(line), line, 1, 0, NULL, NULL);
      MQTTResponse_free(response);
    } else {
      MQTTClient_publish(client, topic, (int)strlen(line), line, 1, 0, NULL);
    }
  }
  MQTTClient_disconnect(client, 1000);
  MQTTClient_destroy(&client);
  return 0;
}
