/** Reads server-sent events (HTML standard, section 9.2) piece by piece: `message(type, id, data)` for each. */
export class EventStreamParser {
    /** One message may have so many characters; a longer one throws. */
    constructor(maximum, message) {
        this.maximum = maximum;
        this.message = message;
        this.afterReturn = false;
        this.line = [];
        this.size = 0;
        this.id = '';
        this.begin();
    }

    begin() {
        this.type = 'message';
        this.data = [];
    }

    take(text) {
        if (!text) return;
        // CR LF may come in two pieces.
        const lines = (this.afterReturn && text[0] === '\n' ? text.slice(1) : text).split(/\r\n|\n|\r/);
        this.afterReturn = text.endsWith('\r');
        const last = lines.pop();
        for (const line of lines) {
            this.grow(line.length);
            this.field([...this.line, line].join(''));
            this.line = [];
        }
        this.grow(last.length);
        if (last) this.line.push(last);
    }

    grow(length) {
        this.size += length;
        if (this.size > this.maximum) throw new RangeError('message too long');
    }

    field(line) {
        if (line === '') return this.dispatch();
        const found = /^([^:]*):? ?/.exec(line);
        const value = line.slice(found[0].length);
        if (found[1] === 'data') this.data.push(value);
        else if (found[1] === 'event') this.type = value;
        else if (found[1] === 'id') this.id = value;
    }

    dispatch() {
        const { type, data } = this;
        this.begin();
        this.size = 0;
        if (data.length) this.message(type, this.id, data.join('\n'));
    }
}
