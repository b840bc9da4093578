import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const source = fileURLToPath(new URL('../../Sources/BridgeHTTP/Client/realtime.js', import.meta.url));

test('minified, the client is at most 12 KB gzipped (needs the Debian package esbuild)', (context) => {
    const minified = execFileSync('esbuild', ['--minify', '--format=esm', source]);
    const size = gzipSync(minified, { level: 9 }).length;
    context.diagnostic(`${size} bytes`);
    assert.ok(size <= 12 * 1024, `${size} bytes`);
});

test('the export is the last line and the only one, and nothing needs eval', () => {
    const text = readFileSync(source, 'utf8');
    const lines = text.trimEnd().split('\n');
    assert.match(lines[lines.length - 1], /^export \{ [\w, ]+ \};$/);
    assert.equal(text.match(/^(export|import)\b/gm).length, 1);
    assert.doesNotMatch(text, /\beval\(|new Function\b|innerHTML/);
});

test('turned into a plain script, it sets the global Realtime', () => {
    const text = readFileSync(source, 'utf8');
    const script = `(() => {\n${text.replace(/^export (\{.*\});$/m, 'globalThis.Realtime = $1;')}})();`;
    const output = execFileSync(process.execPath, ['-e', `${script}\nconsole.log(Object.keys(Realtime).join())`]);
    assert.equal(String(output).trim(), 'connect,EVENT,CONNECTION_LOST,CONNECTION_RESTORED,GAP,DENIED,RealtimeError');
});
