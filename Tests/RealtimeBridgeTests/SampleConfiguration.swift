/// The sample of the design's section 8, with keys in place of the placeholders.
enum SampleConfiguration {
    /// 32 bytes of `A`, as base64.
    static let key = "QUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUFBQUE="
    /// 32 bytes of `B`, as base64.
    static let otherKey = "QkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkJCQkI="
    /// Of the specification of Standard Webhooks.
    static let secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    static let digest = "9834876dcfb05cb167a5c24953eba58c4ac89b1adf57f28f2f9d09af107ee8f0"

    static let yaml = """
        site: demo
        listen: { http: 127.0.0.1:8080, mqtt: 127.0.0.1:1884 }     # 1883 is left to whatever broker the machine has
        public_url: http://127.0.0.1:8080                          # how pages reach us
        origins: ["https://www.example.org"]                       # other pages that may connect; default none
        broker:
          embedded: { listen: 127.0.0.1:1885 }
        # url: mqtts://user:password@host:8883
          mirror: true
        log: { sqlite: events.sqlite, sync: normal }
        retention: { time: 5m, events: 1000, bytes: 1GiB }
        keys:
          channel: \(key)
          grants:
            - { kid: k1, alg: HS256, secret: \(key), roles: [client, device] }
            - { kid: s1, alg: HS256, secret: \(otherKey), roles: [service] }
        api_keys: [{ name: app, sha256: \(digest), roles: [grant, notify, admin] }]
        components:
          mod_quiz:
            areas: { game: {}, board: { retain: last, retention: { time: 1h, events: 10000 }, history: grant } }
            callback: { webhook: { url: http://127.0.0.1:9000/hook, secret: \(secret) } }
            timeout: 5s
            concurrency: 32
        limits: { payload: 64KiB, upstream_per_second: 50, connections: 100000, outbound_bytes: 1MiB }
        """

    /// The least that a bridge needs.
    static let minimal = """
        site: demo
        keys:
          channel: \(key)
          grants: [{ kid: k1, alg: HS256, secret: \(key) }]
        """
}
