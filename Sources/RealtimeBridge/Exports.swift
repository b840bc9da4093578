// A program that embeds the bridge imports RealtimeBridge alone.
@_exported public import BridgeCore
@_exported public import BridgeHTTP
@_exported public import Components
@_exported public import EventLog
@_exported public import EventLogSQLite
@_exported public import MosquittoBus
@_exported public import Realtime
