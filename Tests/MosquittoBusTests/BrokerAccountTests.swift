import MessageBus
import Realtime
import Testing

@testable import MosquittoBus

/// What the accounts of the embedded broker may do, asked of a real mosquitto.
@Suite(.timeLimit(.minutes(1)))
struct BrokerAccountTests {
    private static let channel = "gzlFP5ds6BbedNfmyA9NCaDMVic"
    private static let otherChannel = "HwCU0bqJacvzI2MHcRGi_qzjchc"

    @Test func aServiceNotifiesAsItself() async throws {
        let app = try BrokerAccount(name: "app", password: "secret: é$", role: .service())
        try await TestBroker.run(accounts: [app]) { broker in
            try await broker.connect(filters: ["rt/demo/notify/+/+"]) { bridge, received in
                try await broker.connect(broker.configuration(app), filters: ["rt/demo/reply/app/#"]) {
                    service, replies in
                    try await service.deliver("rt/demo/notify/app/1", [1])
                    #expect(await received.next()?.topic == "rt/demo/notify/app/1")
                    try await bridge.deliver("rt/demo/reply/app/1", [2])
                    #expect(await replies.next()?.payload == [2])
                }
            }
        }
    }

    /// mosquitto compares what is delivered with the access list, also to those that share a subscription.
    @Test func aWorkerSharesTheJobsOfItsComponentsOnly() async throws {
        let quiz = try ComponentName("mod_quiz")
        let worker = try BrokerAccount(name: "grader", password: "secret", role: .service(components: [quiz]))
        let filters = ["$share/graders/rt/demo/work/+/+"]
        try await TestBroker.run(accounts: [worker]) { broker in
            try await broker.connect(filters: ["rt/demo/done/+/+"]) { bridge, answers in
                try await broker.connect(broker.configuration(worker), filters: filters) { service, jobs in
                    try await bridge.deliver("rt/demo/work/mod_chat/1", [1])
                    try await bridge.deliver("rt/demo/work/mod_quiz/2", [2])
                    #expect(await jobs.next()?.topic == "rt/demo/work/mod_quiz/2")
                    try await service.deliver("rt/demo/done/node/2", [3])
                    #expect(await answers.next()?.payload == [3])
                }
            }
        }
    }

    @Test(arguments: [
        "rt/demo/notify/other/1", "rt/demo/notify/app", "rt/demo/notify/app/1/2", "rt/demo/ch/\(channel)",
        "rt/demo/ctl/node", "rt/demo/reply/app/1", "rt/demo/reply/other/1", "rt/demo/in/\(channel)",
        "rt/other/notify/app/1",
        "rt/demo/work/mod_quiz/1", "rt/demo/done/node/1", "$SYS/x", "else",
    ])
    func aServicePublishesNothingElse(_ topic: String) async throws {
        let app = try BrokerAccount(name: "app", password: "secret", role: .service())
        try await TestBroker.run(accounts: [app]) { broker in
            try await broker.connect(broker.configuration(app)) { service, _ in
                let error = await #expect(throws: BusError.self) { try await service.deliver(topic) }
                #expect(error?.code == .refused)
                #expect(error?.isRetriable == false)
            }
        }
    }

    @Test func aServiceReadsNothingElse() async throws {
        let app = try BrokerAccount(name: "app", password: "secret", role: .service())
        let filters = ["#", "rt/demo/ch/#", "rt/demo/reply/#", "rt/demo/notify/#", "$SYS/#"]
        try await TestBroker.run(accounts: [app]) { broker in
            try await broker.connect { bridge, _ in
                try await broker.connect(broker.configuration(app), filters: filters) { _, received in
                    for topic in ["ch/\(Self.channel)", "reply/other/1", "notify/app/1", "ctl/node", "reply/app/end"] {
                        try await bridge.deliver("rt/demo/" + topic)
                    }
                    let topics = await received.topics(through: "rt/demo/reply/app/end")
                    #expect(Set(topics) == ["rt/demo/reply/app/end"])
                }
            }
        }
    }

    @Test func aReaderReadsItsChannelsOnly() async throws {
        let hash = try #require(ChannelHash(Self.channel))
        let reader = try BrokerAccount(name: "wall", password: "secret", role: .reader([hash]))
        try await TestBroker.run(accounts: [reader]) { broker in
            try await broker.connect { bridge, _ in
                try await broker.connect(broker.configuration(reader), filters: ["rt/demo/#"]) { wall, received in
                    for topic in ["ch/\(Self.otherChannel)", "reply/wall/1", "ch/\(Self.channel)"] {
                        try await bridge.deliver("rt/demo/" + topic)
                    }
                    let topics = await received.topics(through: "rt/demo/ch/\(Self.channel)")
                    #expect(Set(topics) == ["rt/demo/ch/\(Self.channel)"])
                    let error = await #expect(throws: BusError.self) {
                        try await wall.deliver("rt/demo/ch/\(Self.channel)")
                    }
                    #expect(error?.code == .refused)
                }
            }
        }
    }

    @Test func strangersAreRefused() async throws {
        let app = try BrokerAccount(name: "app", password: "secret", role: .service())
        let impostor = try BrokerAccount(name: "app", password: "guessed", role: .service())
        try await TestBroker.run(accounts: [app]) { broker in
            for account in [nil, impostor] {
                let connection = try MosquittoConnection(broker.configuration(account), logger: .test)
                try await withThrowingTaskGroup { group in
                    group.addTask { try await connection.run() }
                    try await connection.wait {
                        if case .disconnected(let reason) = $0 { reason.contains("uthori") } else { false }
                    }
                    #expect(!connection.isConnected)
                    group.cancelAll()
                }
            }
        }
    }
}
