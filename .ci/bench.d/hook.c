// A webhook that answers with the message's payload, as fast as one thread can: what the bridge is measured against
// shall not be the responder. One argument: the port on loopback.
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define SIZE 65536

struct client {
    int used;
    char bytes[SIZE + 1];
};

static struct client *clients[1024];

// Answers the requests that are whole; returns -1 for what is none.
static int answer(int fd, struct client *c) {
    for (;;) {
        c->bytes[c->used] = 0;
        char *end = strstr(c->bytes, "\r\n\r\n");
        if (!end) return c->used == SIZE ? -1 : 0;
        char *length = strcasestr(c->bytes, "\r\ncontent-length:");
        if (!length || length > end) return -1;
        int body = atoi(length + 17), head = end + 4 - c->bytes;
        if (body < 0 || body > SIZE - head) return -1;
        if (c->used < head + body) return 0;
        char *payload = memmem(c->bytes + head, body, "\"payload\":", 10);
        if (!payload) return -1;
        payload += 10;
        int count = c->bytes + head + body - 1 - payload;
        char response[SIZE + 256];
        int size = sprintf(response, "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n\r\n", count);
        memcpy(response + size, payload, count);
        if (write(fd, response, size + count) != size + count) return -1;
        c->used -= head + body;
        memmove(c->bytes, c->bytes + head + body, c->used);
    }
}

int main(int argc, char **argv) {
    if (argc != 2) return 2;
    signal(SIGPIPE, SIG_IGN);
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    int one = 1, listener = socket(AF_INET, SOCK_STREAM, 0), poll = epoll_create1(0);
    struct sockaddr_in address = {AF_INET, htons(atoi(argv[1])), {htonl(INADDR_LOOPBACK)}};
    setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof one);
    if (bind(listener, (void *)&address, sizeof address) || listen(listener, 512)) return 1;
    struct epoll_event event = {EPOLLIN, {.fd = listener}}, events[64];
    epoll_ctl(poll, EPOLL_CTL_ADD, listener, &event);
    for (;;) {
        int count = epoll_wait(poll, events, 64, -1);
        for (int i = 0; i < count; i++) {
            int fd = events[i].data.fd;
            if (fd == listener) {
                fd = accept4(listener, 0, 0, SOCK_NONBLOCK);
                if (fd < 0) continue;
                if (fd >= 1024) { close(fd); continue; }
                setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
                clients[fd] = calloc(1, sizeof(struct client));
                event.data.fd = fd;
                epoll_ctl(poll, EPOLL_CTL_ADD, fd, &event);
                continue;
            }
            struct client *c = clients[fd];
            int read_count = read(fd, c->bytes + c->used, SIZE - c->used);
            if (read_count > 0) c->used += read_count;
            if (read_count <= 0 || answer(fd, c) < 0) {
                close(fd);
                free(c);
            }
        }
    }
}
