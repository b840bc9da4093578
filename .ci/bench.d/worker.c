// An MQTT 3.1.1 worker that answers each job with its payload. Arguments: port, token, filter. Prints "ready" once it
// has subscribed.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <signal.h>
#include <sys/socket.h>
#include <unistd.h>

static unsigned char in[1 << 20], out[1 << 20];
static int used, size;

static void text(const char *value, int count) {
    out[size++] = count >> 8;
    out[size++] = count;
    memcpy(out + size, value, count);
    size += count;
}

static void header(int kind, int count) {
    out[size++] = kind;
    do {
        out[size++] = count % 128 | (count > 127 ? 128 : 0);
        count /= 128;
    } while (count);
}

static void publish(const char *topic, int topic_count, const char *payload, int count) {
    header(0x30, 2 + topic_count + count);
    text(topic, topic_count);
    memcpy(out + size, payload, count);
    size += count;
}

static int job(unsigned char *body, int count) {
    int topic = body[0] << 8 | body[1];
    char *payload = (char *)body + 2 + topic;
    count -= 2 + topic;
    char *done = memmem(payload, count, "\"done\":\"", 8), *data = memmem(payload, count, "\"payload\":", 10);
    if (!done || !data) return -1;
    done += 8;
    data += 10;
    publish(done, strchr(done, '"') - done, data, payload + count - 1 - data);
    return 0;
}

int main(int argc, char **argv) {
    if (argc != 4) return 2;
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0), token = strlen(argv[2]), filter = strlen(argv[3]);
    struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}};
    if (connect(fd, (void *)&address, sizeof address)) return 1;
    setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
    header(0x10, 10 + 8 + 8 + 2 + token);
    text("MQTT", 4);
    memcpy(out + size, "\4\302\0\74", 4);
    size += 4;
    text("worker", 6);
    text("worker", 6);
    text(argv[2], token);
    header(0x82, 2 + 2 + filter + 1);
    out[size++] = 0;
    out[size++] = 1;
    text(argv[3], filter);
    out[size++] = 0;
    for (;;) {
        if (size && write(fd, out, size) != size) return 1;
        size = 0;
        int count = read(fd, in + used, sizeof in - used);
        if (count <= 0) return 1;
        used += count;
        int at = 0;
        for (;;) {
            int length = 0, shift = 0, next = at + 1;
            while (next < used && in[next] & 128) length |= (in[next++] & 127) << shift, shift += 7;
            if (next >= used) break;
            length |= in[next++] << shift;
            if (next + length > used) break;
            if (in[at] >> 4 == 9) {
                if (in[next + 2] & 128) return 1;
                puts("ready");
                fflush(stdout);
            }
            if (in[at] >> 4 == 3 && job(in + next, length)) return 1;
            at = next + length;
        }
        used -= at;
        memmove(in, in + at, used);
    }
}
