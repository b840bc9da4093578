/// Headless Chromium, driven with Selenium.
struct Browser {
    private let program: RunningProgram

    /// Runs a browser beside the body, with further arguments if there are any.
    static func run(_ arguments: [String] = [], _ body: (Browser) async throws -> Void) async throws {
        // The browser's own files go with the folder.
        try await TemporaryFolder.with { folder in
            let program = Program(
                executable: "/usr/bin/python3",
                arguments: [ClientScript.path("browser.py")] + arguments,
                environment: ["TMPDIR": folder, "HOME": folder]
            )
            try await program.run { try await body(Browser(program: $0)) }
        }
    }

    /// Opens a page in a window of its own.
    func open(_ url: String, in window: String) async throws {
        try await self.command("open", window, ["url": .string(url)])
    }

    /// Types into the element with an id.
    func type(_ text: String, into element: String, of window: String) async throws {
        try await self.command("type", window, ["element": .string(element), "text": .string(text)])
    }

    /// Clicks the element with an id.
    func click(_ element: String, of window: String) async throws {
        try await self.command("click", window, ["element": .string(element)])
    }

    /// Waits until a JavaScript expression is true in a page, and returns what it came to.
    @discardableResult
    func wait(for expression: String, in window: String) async throws -> JSON? {
        try await self.command("wait", window, ["for": .string(expression)])
    }

    /// Hides a page and lets it run nothing any more, as browsers do with pages that nobody looks at.
    func freeze(_ window: String) async throws {
        try await self.command("freeze", window)
    }

    /// Lets a frozen page run again, and shows it.
    func resume(_ window: String) async throws {
        try await self.command("resume", window)
    }

    /// Hides a page: its window is minimized.
    func hide(_ window: String) async throws {
        try await self.command("hide", window)
    }

    /// Closes a page's window.
    func close(_ window: String) async throws {
        try await self.command("close", window)
    }

    /// Waits until a page's console says something, and returns the message.
    func console(of window: String, saying text: String) async throws -> String {
        try await self.command("console", window, ["saying": .string(text)])?.string ?? ""
    }

    @discardableResult
    private func command(_ name: String, _ window: String, _ members: [String: JSON] = [:]) async throws -> JSON? {
        let command = members.merging(["do": .string(name), "window": .string(window)]) { $1 }
        try await self.program.write(JSON.object(command).text)
        // Longer than the script's own bound on waits: its word on what the page shows says more than a deadline.
        let answer = try await self.program.first(name, within: .seconds(60)) { line -> JSON? in
            guard let answer = try? JSON(parsing: line), answer["seen"]?.string == name else { return nil }
            return answer
        }
        if let error = answer["error"]?.string { throw BridgeError(description: "browser: \(error)") }
        return answer["value"]
    }
}
