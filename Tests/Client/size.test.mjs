import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { entry, modules } from './bundle.mjs';

const LIMIT = 14 * 1024;

test('minified, the client is at most 14 KB gzipped (needs the Debian package esbuild)', (context) => {
    const minified = execFileSync('esbuild', ['--bundle', '--minify', '--format=esm', entry]);
    const size = gzipSync(minified, { level: 9 }).length;
    context.diagnostic(`${size} bytes`);
    assert.ok(size <= LIMIT, `${size} bytes`);
});

test('modules can be joined by their lines, and nothing needs eval', () => {
    const names = new Map();
    for (const [path, text] of modules) {
        assert.ok(text.split('\n').length <= 252, `${path} is too long`);
        for (const line of text.split('\n')) {
            if (/^import\b/.test(line)) assert.match(line, /^import \{ [\w, ]+ \} from '\.\.?\/[\w/]+\.js';$/, path);
            if (/^export\b/.test(line) && path !== 'realtime.js') {
                assert.match(line, /^export (const|class|async function|function) \w/, path);
            }
            const declared = /^(?:export )?(?:const|let|class|async function|function) (\w+)/.exec(line);
            if (!declared) continue;
            assert.ok(!names.has(declared[1]), `${declared[1]} is declared in ${path} and ${names.get(declared[1])}`);
            names.set(declared[1], path);
        }
        assert.doesNotMatch(text, /\beval\(|new Function\b|innerHTML/, path);
    }
    const lines = modules.get('realtime.js').trimEnd().split('\n');
    assert.match(lines[lines.length - 1], /^export \{ [\w, ]+ \};$/);
});
