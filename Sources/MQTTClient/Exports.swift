// Packets and properties are part of the client's interface.
@_exported public import MQTTCodec
