internal import Foundation
internal import MessageBus

/// The embedded broker's files in its folder: configuration, access list, passwords, socket.
struct BrokerFiles: Sendable {
    /// The longest path that a socket gets here: the system's limit is about 107 bytes.
    private static let longestSocketPath = 100

    let configuration: String
    let socket: String
    /// The folder made for the socket alone, because the other one's path is too long; nil if there is none.
    let socketDirectory: String?
    private let directory: String
    private let accessList: String
    private let passwords: String

    /// Chooses the paths.
    ///
    /// - Throws: `configurationInvalid` for a folder whose path mosquitto.conf cannot hold.
    init(directory: String) throws(BusError) {
        guard !directory.isEmpty, directory.utf8.allSatisfy({ $0 >= 32 && $0 != 127 }) else {
            throw BusError(.configurationInvalid, "the broker's folder has no usable path")
        }
        let path = URL(fileURLWithPath: directory).standardizedFileURL.path
        self.directory = path
        self.configuration = path + "/mosquitto.conf"
        self.accessList = path + "/acl"
        self.passwords = path + "/passwd"
        let socket = path + "/mosquitto.sock"
        if socket.utf8.count > Self.longestSocketPath {
            let other = try PrivateFile.makeTemporaryDirectory()
            self.socketDirectory = other
            self.socket = other + "/mosquitto.sock"
        } else {
            self.socketDirectory = nil
            self.socket = socket
        }
    }

    /// Writes everything anew and clears away the socket of a broker that was killed.
    func write(_ configuration: EmbeddedMosquittoConfiguration, password: String) throws(BusError) {
        try PrivateFile.makeDirectory(self.directory)
        if let socketDirectory { try PrivateFile.makeDirectory(socketDirectory) }
        _ = unlink(self.socket)
        let accounts = configuration.accounts
        let entries =
            [PasswordEntry(name: BrokerAccount.bridge, password: password)]
            + accounts.map { PasswordEntry(name: $0.name, password: $0.password) }
        try PrivateFile.write(entries.map { $0.line + "\n" }.joined(), to: self.passwords)
        try PrivateFile.write(AccessList(site: configuration.site, accounts: accounts).text, to: self.accessList)
        try PrivateFile.write(self.text(configuration), to: self.configuration)
    }

    /// Removes what must not stay: the socket, and the folder made for it.
    func remove() {
        _ = unlink(self.socket)
        if let socketDirectory { _ = rmdir(socketDirectory) }
    }

    /// See mosquitto.conf(5).
    private func text(_ configuration: EmbeddedMosquittoConfiguration) -> String {
        var lines = [
            "# Written by realtime-bridge at each start: changes here are lost.",
            "per_listener_settings false",
            "allow_anonymous false",
            "password_file \(self.passwords)",
            "acl_file \(self.accessList)",
            // The bridge keeps what must survive in its log.
            "persistence false",
            // A retained notify would come again each time the bridge connects.
            "retain_available false",
            "log_dest stderr",
            "log_timestamp false",
            "log_type error", "log_type warning", "log_type notice", "log_type information",
            "sys_interval 0",
            "set_tcp_nodelay true",
            "max_packet_size \(configuration.maximumPacketSize)",
            "max_inflight_messages 1000",
            // The default of 1,000 messages is dropped from without a word to anyone; bytes are the bound instead.
            "max_queued_messages 0",
            "max_queued_bytes \(configuration.maximumQueuedBytes)",
            "persistent_client_expiration 1d",
        ]
        // mosquitto as root would become the user `mosquitto`, who may not read these files.
        if geteuid() == 0 { lines.append("user root") }
        lines += ["listener 0 \(self.socket)", "listener \(configuration.port) \(configuration.host)"]
        return lines.joined(separator: "\n") + "\n"
    }
}
