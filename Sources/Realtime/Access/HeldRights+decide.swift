extension HeldRights {
    /// Decides on an action by what is held, and by nothing else.
    ///
    /// - Parameters:
    ///   - action: What the connection asks to do.
    ///   - now: The present time in Unix seconds.
    /// - Returns: `allowed`; or `grantExpired` where a right was held and has ended, `forbidden` where it never was.
    public func decide(_ action: Action, at now: Int64) -> Decision {
        guard self.expiry() > now else { return .denied(.grantExpired, "no grant is valid any more") }
        return switch action {
        case .subscribe(let filter, let clientID): self.decide(subscribing: filter, clientID: clientID, at: now)
        case .publish(let topic): self.decide(publishing: topic, at: now)
        }
    }

    private func decide(subscribing filter: TopicFilter, clientID: String, at now: Int64) -> Decision {
        switch filter {
        case .channel(let hash):
            return Self.judge(
                self.expiry(of: .subscribe, on: hash),
                at: now,
                "no grant gives the right to subscribe to this channel"
            )
        case .reply(let user, let client, _):
            // A client id is any UTF-8, and `String` takes the Kelvin sign for a K: bytes decide.
            guard user == self.user, client == "-" || client.utf8.elementsEqual(clientID.utf8) else {
                return .denied(.forbidden, "replies can be subscribed to by their own user and client only")
            }
            return .allowed
        case .notifyReply(let account, _):
            guard self.role == .service, account == self.user else {
                return .denied(.forbidden, "answers to notify can be subscribed to by their own service only")
            }
            return .allowed
        case .work(let component):
            guard self.role == .service else {
                return .denied(.forbidden, "only services work for components")
            }
            return Self.judge(self.expiry(of: component), at: now, "no grant names this component")
        }
    }

    private func decide(publishing topic: Topic, at now: Int64) -> Decision {
        switch topic {
        case .ingest(let hash):
            return Self.judge(
                self.expiry(of: .publish, on: hash),
                at: now,
                "no grant gives the right to publish to this channel"
            )
        case .upstream(let user, let component, _):
            guard user == self.user else {
                return .denied(.forbidden, "upstream messages are sent in the name of the own user only")
            }
            return self.decide(sendingTo: component, at: now)
        case .notify(let account, _):
            guard self.role == .service, account == self.user else {
                return .denied(.forbidden, "only services notify, each in its own name")
            }
            return .allowed
        case .done:
            return self.role == .service ? .allowed : .denied(.forbidden, "only services answer jobs")
        case .channel:
            return .denied(.forbidden, "only the bridge publishes events; data goes to the channel's in topic")
        case .reply, .notifyReply, .work, .control:
            return .denied(.forbidden, "only the bridge publishes here")
        }
    }

    private func decide(sendingTo component: String, at now: Int64) -> Decision {
        guard let name = try? ComponentName(component) else {
            return .denied(.forbidden, "the component's name is not valid")
        }
        // Renewing rights and asking for what was missed belong to the connection itself.
        if Self.openComponents.contains(name.rawValue) { return .allowed }
        return Self.judge(self.expiry(of: name), at: now, "no grant names this component")
    }

    /// The bridge's own components that need no `cmp`.
    private static let openComponents: Set<String> = ["realtime_grant", "realtime_history"]

    private static func judge(_ expiry: Int64?, at now: Int64, _ reason: String) -> Decision {
        guard let expiry else { return .denied(.forbidden, reason) }
        return expiry > now ? .allowed : .denied(.grantExpired, "the right has expired")
    }
}
