internal import CMosquitto
internal import Foundation
internal import MessageBus

/// libmosquitto as a whole: its start and what its numbers mean.
enum MosquittoLibrary {
    /// Starts the library once.
    ///
    /// It is never ended: other threads may use it until the process is gone. See `mosquitto_lib_init` in mosquitto.h.
    static let isReady: Bool = mosquitto_lib_init() == MOSQ_ERR_SUCCESS.status

    /// Says what a function's result means; to be called right after it, since it may read `errno`.
    static func text(_ status: Int32) -> String {
        if status == MOSQ_ERR_ERRNO.status { return Self.systemText(errno) }
        return String(cString: mosquitto_strerror(status))
    }

    /// Says what an error number of the system means.
    static func systemText(_ number: Int32) -> String {
        strerror(number).map { String(cString: $0) } ?? "error \(number)"
    }

    /// Says what the broker's CONNACK code means: MQTT 5's begin at 128, MQTT 3.1.1 has 1 to 5.
    static func acceptanceText(_ code: Int32) -> String {
        String(cString: code >= 128 ? mosquitto_reason_string(code) : mosquitto_connack_string(code))
    }

    /// Says what a reason code of MQTT 5 means.
    static func reasonText(_ code: Int32) -> String {
        String(cString: mosquitto_reason_string(code))
    }

    /// The error for a message that the library did not take.
    static func publishError(_ status: Int32) -> BusError {
        let text = Self.text(status)
        return switch status {
        case MOSQ_ERR_PAYLOAD_SIZE.status, MOSQ_ERR_OVERSIZE_PACKET.status: BusError(.tooLarge, text, rawCode: status)
        case MOSQ_ERR_INVAL.status, MOSQ_ERR_MALFORMED_UTF8.status: BusError(.topicInvalid, text, rawCode: status)
        case MOSQ_ERR_QOS_NOT_SUPPORTED.status: BusError(.refused, text, rawCode: status)
        default: BusError(.connectionLost, text, rawCode: status)
        }
    }
}

extension mosq_err_t {
    /// As the functions return it.
    var status: Int32 { Int32(self.rawValue) }
}
