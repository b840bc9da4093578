internal import Realtime

/// mosquitto's access list (mosquitto.conf(5), `acl_file`): what it does not name is denied.
///
/// mosquitto checks reading when it delivers, not when a client subscribes: a subscription to what is denied is
/// accepted and stays silent.
struct AccessList {
    /// The file's text.
    let text: String

    init(site: SiteName, accounts: [BrokerAccount]) {
        var lines = ["user \(BrokerAccount.bridge)", "topic readwrite rt/\(site)/#"]
        for account in accounts {
            lines += ["", "user \(account.name)"]
            switch account.role {
            case .service(let components):
                lines.append("topic write rt/\(site)/notify/\(account.name)/+")
                lines.append("topic read rt/\(site)/reply/\(account.name)/#")
                lines += components.map { "topic read rt/\(site)/work/\($0)/+" }
                // Whoever answers must know the job, which only its worker was told.
                if !components.isEmpty { lines.append("topic write rt/\(site)/done/+/+") }
            case .reader(let channels):
                lines += channels.map { "topic read rt/\(site)/ch/\($0)" }
            }
        }
        self.text = lines.joined(separator: "\n") + "\n"
    }
}
