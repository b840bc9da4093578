/** Realtime Bridge, browser client. */

/** An event of a channel, each once and in order. */
export declare const EVENT: 'event';
/** The connection is gone, told once an outage; reconnecting goes on by itself. */
export declare const CONNECTION_LOST: 'connection_lost';
/** The connection is back, and its channels are subscribed again. */
export declare const CONNECTION_RESTORED: 'connection_restored';
/** Events are lost to this page, told once. */
export declare const GAP: 'gap';
/** Final: a channel is closed, or everything. */
export declare const DENIED: 'denied';

export type Transport = 'websocket' | 'stream' | 'poll';
export type Right = 'subscribe' | 'publish';

/** A channel that a grant names. Integers beyond 2^53-1 are strings. */
export interface GrantedChannel {
    contextid: number | string;
    component: string;
    area: string;
    itemid: number | string;
    channeldetails: string;
    rights: Right[];
    hash: string;
    topic?: string;
    position?: string;
}

/** What `POST /v1/grants` answers; the application's page embeds it as it is. */
export interface GrantAnswer {
    token: string;
    user: string;
    site: string;
    session?: string;
    /** Unix seconds. */
    expires?: number;
    /** Seconds. */
    ttl?: number;
    urls: { websocket?: string; http?: string; mqtt?: string };
    channels: GrantedChannel[];
}

/** A channel in what the page is told. */
export interface Channel {
    contextid: number | string;
    component: string;
    area: string;
    itemid: number | string;
    channeldetails: string;
    hash: string;
}

export interface ChannelEvent<Payload = any> extends Channel {
    payload: Payload;
    /** `{epoch}:{seq}` */
    position: string;
    /** Unix milliseconds, of the bridge's clock. */
    time: number;
    /** The user who published it, where a client did. */
    by?: string;
}

/** Why: a code of the contract, or `connection_lost`; an MQTT 5 reason on every transport, or 0; and a sentence. */
export interface Reason {
    code: string;
    reason: number;
    reasonString: string;
}

export interface Gap extends Channel {
    /** Up to here some events are missing. */
    position: string;
}

export interface Denial extends Reason {
    /** The channel that is closed; null: everything. */
    channel: Channel | null;
}

/** What comes with each kind of event. */
export interface Details<Payload = any> {
    event: ChannelEvent<Payload>;
    connection_lost: Reason;
    connection_restored: {};
    gap: Gap;
    denied: Denial;
}

export type Kind = keyof Details;

/** Only what matches: each member is compared as text. */
export type Filter = { [Member in keyof Channel]?: number | string };

export interface SendOptions {
    /** Milliseconds; 10,000 where left out. */
    timeout?: number;
    signal?: AbortSignal;
}

export interface ConnectOptions {
    /** Asks the application for a fresh grant for all of `held.channels`; null: there is none any more. */
    renew?: (held: GrantAnswer) => Promise<GrantAnswer | null>;
    /** Which transports to use, the best first. */
    transports?: readonly Transport[];
    /** Where the platform has none. */
    WebSocket?: new (url: string, protocol: string) => any;
    /** Another than the platform's. */
    fetch?: typeof fetch;
}

/** As of every `EventTarget`. */
export type Listener<Detail> =
    ((event: CustomEvent<Detail>) => void) | { handleEvent(event: CustomEvent<Detail>): void };

export interface Realtime extends EventTarget {
    /** Answers the function that ends it. */
    subscribe<K extends Kind>(kind: K, handler: (detail: Details[K]) => void): () => void;
    subscribe<K extends Kind>(kind: K, filter: Filter | null, handler: (detail: Details[K]) => void): () => void;
    addEventListener<K extends Kind>(
        kind: K,
        listener: Listener<Details[K]> | null,
        options?: boolean | AddEventListenerOptions
    ): void;
    removeEventListener<K extends Kind>(
        kind: K,
        listener: Listener<Details[K]> | null,
        options?: boolean | EventListenerOptions
    ): void;
    /** Takes a further grant of the same user and session; resolves once its channels are subscribed. */
    add(grantAnswer: GrantAnswer): Promise<void>;
    /** Resolves with the component's answer; rejects with a `RealtimeError`, or with the signal's reason. */
    sendToServer<Reply = any>(component: string, payload?: unknown, options?: SendOptions): Promise<Reply>;
    /** Resolves once the bridge has taken it; needs the transport `websocket`, and waits for it. */
    publish(channel: string | { hash: string }, payload: unknown, options?: SendOptions): Promise<void>;
    /** Ends everything. */
    close(): void;
    /** The present transport; null while there is none. */
    readonly transport: Transport | null;
}

/** `code`: of the contract, `closed`, or `unsupported` (the transport cannot do it). */
export declare class RealtimeError extends Error {
    constructor(code: string, message?: string);
    readonly code: string;
}

/** Connects, and stays connected until `close` or DENIED. */
export declare function connect(grantAnswer: GrantAnswer, options?: ConnectOptions): Realtime;

declare global {
    /** The plain script's. */
    var Realtime: {
        connect: typeof connect;
        EVENT: typeof EVENT;
        CONNECTION_LOST: typeof CONNECTION_LOST;
        CONNECTION_RESTORED: typeof CONNECTION_RESTORED;
        GAP: typeof GAP;
        DENIED: typeof DENIED;
        RealtimeError: typeof RealtimeError;
    };
}
