import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import * as client from '../../Sources/BridgeHTTP/Client/realtime.js';
import { folder } from './bundle.mjs';
import { started, useScriptedServer } from './Harness.mjs';

useScriptedServer();

const usage = fileURLToPath(new URL('usage.ts', import.meta.url));
const declarations = readFileSync(`${folder}realtime.d.ts`, 'utf8');

test('use of every member compiles, misuse does not (needs the Debian package node-typescript)', () => {
    const { status, stdout, error } = spawnSync('tsc', [
        '--strict', '--noEmit', '--target', 'es2022', '--module', 'es2022', '--moduleResolution', 'node',
        '--lib', 'es2022,dom', usage,
    ], { encoding: 'utf8' });
    assert.equal(error, undefined);
    assert.equal(stdout, '');
    assert.equal(status, 0);
});

test('what is declared is what there is', async () => {
    const all = (text, pattern) => [...text.matchAll(pattern)].map(([, name]) => name);
    const declared = all(declarations, /^export declare (?:const|class|function) (\w+)/gm);
    assert.deepEqual(declared.sort(), Object.keys(client).sort());
    const { rt } = await started();
    const body = declarations.slice(declarations.indexOf('interface Realtime '));
    const members = all(body.slice(0, body.indexOf('\n}')), /^ {4}(?:readonly )?(\w+)[<(:]/gm);
    for (const name of Object.keys(rt)) assert.ok(members.includes(name), `${name} is not declared`);
    for (const name of members) assert.ok(name in rt, `${name} is not there`);
});
