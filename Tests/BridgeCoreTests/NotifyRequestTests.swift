import BridgeCore
import Realtime
import Testing

@Suite struct NotifyRequestTests {
    private static let channel = #"{"contextid":15,"component":"mod_quiz","area":"game","itemid":0}"#

    private func parse(_ json: String, limit: Int = 1024) throws(RealtimeError) -> NotifyRequest {
        try NotifyRequest(json: JSONValue.parse(Array(json.utf8), opaque: "payload"), limit: limit)
    }

    private func refusal(_ json: String, limit: Int = 1024) -> RealtimeError.Code? {
        do throws(RealtimeError) {
            _ = try self.parse(json, limit: limit)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func oneEvent() throws {
        let request = try self.parse(#"{"channel":\#(Self.channel),"payload":{"a": 1.50},"key":"k"}"#)
        #expect(request.isSingle)
        let item = try #require(request.items.first).get()
        #expect(item.channel == (try CoreFixture.channel()))
        #expect(item.payload.bytes == Array(#"{"a": 1.50}"#.utf8))
        #expect(item.key == "k")
        #expect(request.items.count == 1)
    }

    @Test func aNullKeyIsNone() throws {
        let request = try self.parse(#"{"channel":\#(Self.channel),"payload":null,"key":null}"#)
        #expect(try #require(request.items.first).get().key == nil)
        #expect(try #require(request.items.first).get().payload.bytes == Array("null".utf8))
    }

    @Test func onePayloadToManyChannels() throws {
        let bad = #"{"contextid":15,"component":"Mod","area":"game","itemid":0}"#
        let request = try self.parse(#"{"channels":[\#(Self.channel),\#(bad),\#(Self.channel)],"payload":1}"#)
        #expect(!request.isSingle)
        #expect(request.items.map { (try? $0.get()) != nil } == [true, false, true])
        if case .failure(let error) = request.items[1] { #expect(error.code == .channelInvalid) }
    }

    @Test func manyEvents() throws {
        let good = #"{"channel":\#(Self.channel),"payload":1}"#
        let bad = [
            #"{"channel":\#(Self.channel)}"#, "7", #"{"payload":1}"#,
            #"{"channel":\#(Self.channel),"x":1,"payload":1}"#,
        ]
        let request = try self.parse(#"{"items":[\#(([good] + bad + [good]).joined(separator: ","))]}"#)
        #expect(!request.isSingle)
        #expect(request.items.map { (try? $0.get()) != nil } == [true, false, false, false, false, true])
    }

    @Test(arguments: [
        "[]", "1", "{}", #"{"channel":7,"payload":1}"#, #"{"payload":1}"#, #"{"channels":{},"payload":1}"#,
        #"{"channels":[]}"#, #"{"items":1}"#, #"{"items":[],"payload":1}"#,
    ])
    func whatHasNoFormIsRefused(_ json: String) {
        #expect([.payloadInvalid, .channelInvalid].contains(self.refusal(json)))
    }

    @Test func membersThatAreNotKnownAreRefused() {
        #expect(self.refusal(#"{"channel":\#(Self.channel),"payload":1,"Key":"k"}"#) == .payloadInvalid)
        #expect(self.refusal(#"{"channel":\#(Self.channel),"payload":1,"key":7}"#) == .payloadInvalid)
        #expect(self.refusal(#"{"channel":\#(Self.channel),"channels":[],"payload":1}"#) == .payloadInvalid)
    }

    @Test func payloadsHaveALimit() throws {
        let json = #"{"channel":\#(Self.channel),"payload":"12345678"}"#
        #expect(try self.parse(json, limit: 10).isSingle)
        #expect(self.refusal(json, limit: 9) == .payloadTooLarge)
    }

    @Test func aCallHasAThousandEvents() throws {
        let item = #"{"channel":\#(Self.channel),"payload":1}"#
        func items(_ count: Int) -> String {
            #"{"items":[\#(Array(repeating: item, count: count).joined(separator: ","))]}"#
        }
        #expect(try self.parse(items(1000)).items.count == 1000)
        #expect(self.refusal(items(1001)) == .limit)
        let channels = Array(repeating: Self.channel, count: 1001).joined(separator: ",")
        #expect(self.refusal(#"{"channels":[\#(channels)],"payload":1}"#) == .limit)
    }
}
