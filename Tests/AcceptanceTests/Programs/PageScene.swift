/// What pages need: an application's server, a data folder that allows its origin, a browser, and a proxy.
struct PageScene {
    let application: ApplicationServer
    let folder: BridgeFolder
    let browser: Browser
    let proxy: Proxy

    /// Sets the scene for the body, which runs the bridge; pages may reach it through the proxy.
    static func run(
        behindProxy: Bool = false,
        browser arguments: [String] = [],
        _ body: (PageScene) async throws -> Void
    ) async throws {
        try await ApplicationServer.run { application in
            try await BridgeFolder.with(origins: [application.origin]) { folder in
                try await Proxy.run(to: folder.ports.http) { proxy in
                    if behindProxy { try folder.publish(at: proxy.url) }
                    try await Browser.run(arguments) { browser in
                        try await body(
                            PageScene(application: application, folder: folder, browser: browser, proxy: proxy))
                    }
                }
            }
        }
    }

    /// Opens a page, and waits until a component has answered it.
    func open(_ window: String, _ grant: Grant, transports: [Page.Transport]? = nil) async throws -> Page {
        let page = try await Page.load(
            of: self.application, grant, in: self.browser, window: window, transports: transports)
        try await page.wait(for: "reply", count: 1)
        return page
    }

    /// Opens a page for each transport, which uses no other, in a window of its name.
    func openEach(_ grant: Grant) async throws -> [Page] {
        var pages: [Page] = []
        for transport in Page.Transport.allCases {
            pages.append(try await self.open(transport.rawValue, grant, transports: [transport]))
        }
        return pages
    }
}
