import Foundation

/// A page in a browser that records what the bridge's client tells it (`page.html`).
struct Page {
    /// What carries events, as the client names it.
    enum Transport: String, CaseIterable, Sendable {
        case websocket, stream, poll
    }

    /// How the page loads the client.
    enum Script: String, CaseIterable {
        case module, plain
    }

    let browser: Browser
    let window: String

    /// Opens the page in a window of its own; a Content-Security-Policy may hold for it.
    static func load(
        of application: ApplicationServer,
        _ grant: Grant,
        in browser: Browser,
        window: String,
        transports: [Transport]? = nil,
        script: Script = .module,
        policy: String? = nil
    ) async throws -> Page {
        let settings: JSON = [
            "answer": grant.answer, "script": .string(script.rawValue),
            "transports": transports.map { .array($0.map { .string($0.rawValue) }) } ?? .null,
        ]
        let query = try policy.map { "?policy=" + (try self.escape($0)) } ?? ""
        try await browser.open("\(application.origin)/page.html\(query)#\(self.escape(settings.text))", in: window)
        return Page(browser: browser, window: window)
    }

    private static func escape(_ text: String) throws -> String {
        let escaped = text.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
        return try BridgeError.require(escaped, "this is no text")
    }

    /// Waits until the page has recorded so many of a kind, not thousands, and returns them all.
    @discardableResult
    func wait(for kind: String, count: Int) async throws -> [JSON] {
        let all = "seen.filter(({kind}) => kind === '\(kind)')"
        let found = try await self.browser.wait(
            for: "((all) => all.length >= \(count) && all)(\(all))", in: self.window)
        return found?.array ?? []
    }

    /// Waits until the page has so many events, and returns the payloads of all.
    func payloads(_ count: Int) async throws -> [JSON] {
        try await self.events(count, "payload")
    }

    /// Waits until the page has so many events, and returns the transport by which each came.
    func transports(_ count: Int) async throws -> [JSON] {
        try await self.events(count, "transport")
    }

    /// One member of each event: all of thousands would be longer than a line may be.
    private func events(_ count: Int, _ member: String) async throws -> [JSON] {
        let all = "seen.filter(({kind}) => kind === 'event').map((event) => event.\(member))"
        let found = try await self.browser.wait(
            for: "((all) => all.length >= \(count) && all)(\(all))", in: self.window)
        return found?.array ?? []
    }

    /// How many the page has recorded of each of these kinds.
    func counts(_ kinds: [String]) async throws -> [Int64] {
        let names = JSON.array(kinds.map { .string($0) }).text
        let counts = "\(names).map((name) => seen.filter(({kind}) => kind === name).length)"
        return try await self.browser.wait(for: counts, in: self.window)?.array?.compactMap(\.int) ?? []
    }

    /// Waits until the client uses a transport.
    func wait(for transport: Transport) async throws {
        try await self.browser.wait(for: "globalThis.rt?.transport === '\(transport.rawValue)'", in: self.window)
    }

    /// Has the page do something.
    func run(_ statement: String) async throws {
        try await self.browser.wait(for: "(\(statement), true)", in: self.window)
    }
}
