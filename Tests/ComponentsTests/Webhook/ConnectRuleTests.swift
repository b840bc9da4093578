import NIOCore
import NIOPosix
import Realtime
import Testing

@testable import Components

struct ConnectRuleTests {
    @Test(arguments: ["127.0.0.1", "127.8.9.10", "::1", "::ffff:127.0.0.1"])
    func plainTextStaysHere(_ address: String) throws {
        #expect(ConnectRule.loopback.allows(try SocketAddress(ipAddress: address, port: 80)))
    }

    @Test(arguments: [
        "10.0.0.1", "128.0.0.1", "0.0.0.0", "169.254.169.254", "::", "::2", "fe80::1", "::ffff:10.0.0.1",
        // What is translated leaves this machine.
        "64:ff9b::127.0.0.1", "2002:7f00:1::1", "::127.0.0.1",
    ])
    func plainTextGoesNowhereElse(_ address: String) throws {
        #expect(!ConnectRule.loopback.allows(try SocketAddress(ipAddress: address, port: 80)))
    }

    @Test(arguments: [
        "127.0.0.1", "10.0.0.1", "169.253.0.1", "169.255.0.1", "8.8.8.8", "223.255.255.255", "::1", "2001:db8::1",
        "fd00::1", "fec0::1", "::ffff:10.0.0.1", "64:ff9b::8.8.8.8", "2002:808:808::1", "2002:a00:1::1", "::8.8.8.8",
        "2001:0:808:808::f7f7:f7f7", "fd00:ec2::253", "fd00:42::43", "fd20:ce::255", "100.100.100.201", "2003:a9fe::1",
    ])
    func tlsGoesToHosts(_ address: String) throws {
        #expect(ConnectRule.routed.allows(try SocketAddress(ipAddress: address, port: 443)))
    }

    @Test(arguments: [
        "169.254.0.0", "169.254.169.254", "0.0.0.0", "0.1.2.3", "224.0.0.1", "239.255.255.255", "255.255.255.255", "::",
        "fe80::1", "febf::1", "ff02::1", "::ffff:169.254.169.254", "64:ff9b::169.254.169.254",
        "64:ff9b::224.0.0.1", "64:ff9b:1::8.8.8.8", "64:ff9b:1:a9fe:a9:fe00::", "2002:a9fe:a9fe::1", "2002::1",
        "2002:e000:1::1", "::169.254.169.254", "::2", "2001:0:a9fe:a9fe::1", "2001:0:808:808::5601:5601",
        "2001:0:808:808::ffff:ffff",
    ])
    func tlsGoesToNoNeighbourhood(_ address: String) throws {
        #expect(!ConnectRule.routed.allows(try SocketAddress(ipAddress: address, port: 443)))
    }

    @Test(arguments: [
        "100.100.100.200", "::ffff:100.100.100.200", "64:ff9b::100.100.100.200", "fd00:ec2::254", "fd20:ce::254",
        "fd00:c1::a9fe:a9fe", "fd00:42::42",
    ])
    func tlsGoesToNoCloudsCredentials(_ address: String) throws {
        #expect(!ConnectRule.routed.allows(try SocketAddress(ipAddress: address, port: 443)))
    }

    @Test func whatHasNoAddressIsRefused() throws {
        #expect(!ConnectRule.routed.allows(nil))
        #expect(!ConnectRule.loopback.allows(try SocketAddress(unixDomainSocketPath: "/tmp/s")))
    }

    /// The address is known only once the connection stands: it has to end without a byte of the request.
    @Test(.timeLimit(.minutes(1))) func aForbiddenAddressIsNotSpokenTo() async throws {
        try await ScriptedServer.run(answer: { _ in .hang }) { server in
            let settings = try WebhookFixture.settings("http://127.0.0.1:\(server.port)/")
            let client = WebhookClient(
                group: MultiThreadedEventLoopGroup.singleton,
                site: try SiteName("demo"),
                connectionsPerHost: 4,
                replyLimit: 1024,
                connectTimeout: .seconds(2),
                plainRule: .nowhere,
                clock: { 0 }
            )
            for _ in 0..<2 {
                let outcome = await WebhookOutcome {
                    try await client.call(WebhookFixture.request(), settings: settings)
                }
                #expect(outcome == .failed(.address, status: nil))
            }
            try await server.closed.get()
            #expect(server.requests.isEmpty)
            await client.shutdown()
        }
    }
}
