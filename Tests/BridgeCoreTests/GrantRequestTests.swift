import BridgeCore
import Realtime
import Testing

@Suite struct GrantRequestTests {
    private func parse(_ json: String) throws(RealtimeError) -> GrantRequest {
        try GrantRequest(json: JSONValue.parse(Array(json.utf8)))
    }

    private func refusal(_ json: String) -> RealtimeError.Code? {
        do throws(RealtimeError) {
            _ = try self.parse(json)
            return nil
        } catch {
            return error.code
        }
    }

    @Test func theContractsExampleIsRead() throws {
        let request = try self.parse(
            #"{"user":"42","session":"abc","channels":[{"contextid":15,"component":"mod_quiz","area":"game","#
                + #""itemid":0,"channeldetails":"","rights":["subscribe"]}],"components":["mod_quiz"],"ttl":3600}"#
        )
        #expect(request.user == "42")
        #expect(request.session == "abc")
        #expect(request.role == .client)
        #expect(request.channels.map(\.channel) == [try CoreFixture.channel()])
        #expect(request.channels.map(\.rights) == [.subscribe])
        #expect(request.components.map(\.rawValue) == ["mod_quiz"])
        #expect(request.lifetime == 3600)
        #expect(request.replay)
    }

    @Test func whatIsLeftOutHasDefaults() throws {
        let request = try self.parse(#"{"user":"42","session":"abc"}"#)
        #expect(request.channels.isEmpty)
        #expect(request.components.isEmpty)
        #expect(request.lifetime == GrantRequest.defaultLifetime)
    }

    @Test func everythingMayBeSaid() throws {
        let request = try self.parse(
            #"{"user":"shop","session":"s","role":"service","replay":false,"ttl":86400,"channels":[{"contextid":"15","#
                + #""component":"mod_quiz","area":"game","itemid":0,"rights":["publish","subscribe"]}]}"#
        )
        #expect(request.role == .service)
        #expect(!request.replay)
        #expect(request.channels.map(\.rights) == [[.subscribe, .publish]])
    }

    @Test(arguments: [
        "[]", #"{"session":"abc"}"#, #"{"user":42,"session":"abc"}"#, #"{"user":"42","session":"abc","role":"admin"}"#,
        #"{"user":"42","session":"abc","ttl":0}"#, #"{"user":"42","session":"abc","ttl":86401}"#,
        #"{"user":"42","session":"abc","ttl":"60"}"#, #"{"user":"42","session":"abc","ttl":1.5}"#,
        #"{"user":"42","session":"abc","replay":1}"#, #"{"user":"42","session":"abc","components":"mod_quiz"}"#,
        #"{"user":"42","session":"abc","components":[1]}"#, #"{"user":"42","session":"abc","channels":{}}"#,
        #"{"user":"42","session":"abc","rolle":"client"}"#,
    ])
    func whatIsMalformedIsRefused(_ json: String) {
        #expect(self.refusal(json) == .payloadInvalid)
    }

    @Test(arguments: ["", #","rights":[]"#, #","rights":["s"]"#, #","rights":"publish""#])
    func rightsAreNamed(_ rights: String) {
        let channel = #"{"contextid":1,"component":"a","area":"b","itemid":0\#(rights)}"#
        #expect(self.refusal(#"{"user":"42","session":"abc","channels":[\#(channel)]}"#) == .payloadInvalid)
    }

    @Test func channelsAndComponentsAreChecked() {
        let channel = #"{"contextid":1,"component":"A","area":"b","itemid":0,"rights":["publish"]}"#
        #expect(self.refusal(#"{"user":"42","session":"abc","channels":[\#(channel)]}"#) == .channelInvalid)
        #expect(self.refusal(#"{"user":"42","session":"abc","components":["A"]}"#) == .channelInvalid)
    }

    @Test func aGrantHas120Channels() throws {
        func json(_ count: Int) -> String {
            let channels = (0..<count).map {
                #"{"contextid":\#($0),"component":"a","area":"b","itemid":0,"rights":["publish"]}"#
            }
            return #"{"user":"42","session":"abc","channels":[\#(channels.joined(separator: ","))]}"#
        }
        #expect(try self.parse(json(120)).channels.count == 120)
        #expect(self.refusal(json(121)) == .limit)
    }
}
