import { randomID } from '../contract/values.js';
import { Channels } from './Channels.js';
import { Connection } from './Connection.js';
import { Emitter } from './Emitter.js';
import { Grants } from './Grants.js';
import { Messages } from './Messages.js';
import { PageLife } from './PageLife.js';

/** Everything behind `connect`: one user's grants, channels and messages over one connection after another. */
export class Client {
    constructor(answer, { transports, ...options }) {
        this.options = options;
        this.clientID = randomID();
        this.emitter = new Emitter();
        this.channels = new Channels(this);
        this.messages = new Messages(this);
        this.grants = new Grants(this, answer);
        this.connection = new Connection(this, transports);
        this.channels.learn(answer);
        this.life = new PageLife(() => this.connection.check(), () => this.connection.offline());
        this.grants.schedule();
        this.connection.open();
    }

    get ended() {
        return this.connection.phase === 'ended';
    }

    end(error) {
        if (this.ended) return;
        this.connection.end(error);
        this.life.end();
        this.messages.end(error);
        this.grants.end(error);
    }
}
