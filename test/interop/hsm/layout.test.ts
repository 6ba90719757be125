/* The layouts in memory, against those of the C compiler and a header that is not ours: a module that says what it gets. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AnswerOf, CallName, RequestOf } from '../../../src/hsm/cryptoki/calls.ts';
import type { LoadedModule } from '../../../src/hsm/host/perform.ts';
import { load, perform } from '../../../src/hsm/host/perform.ts';
import { compileModule } from '../../support/hsm/native/compile.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const IN = { session: 77n };
const UTF8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));
let loaded: LoadedModule;

beforeEach(() => {
  const path = compileModule('layout', folder());
  loaded = load({ path, parameters: join(folder(), 'said') });
});

const said = (): string[] =>
  readFileSync(join(folder(), 'said'), 'utf8')
    .trim()
    .split('\n')
    .map((line) => line.trim());

interface Row<Name extends Exclude<CallName, 'load'> = Exclude<CallName, 'load'>> {
  readonly name: Name;
  readonly request: RequestOf<Name>;
  readonly answer: AnswerOf<Name>;
  /** What the module was given, call for call. */
  readonly given: readonly string[];
}

const row = <Name extends Exclude<CallName, 'load'>>(
  name: Name,
  request: RequestOf<Name>,
  answer: AnswerOf<Name>,
  ...given: readonly string[]
): Row => ({ name, request, answer, given });

const ROWS: readonly Row[] = [
  row(
    'slots',
    {},
    [7n, 0x11_22_33_44_55_66_77_88n],
    'present=1 C_GetSlotList',
    'present=1 C_GetSlotList',
  ),
  row(
    'tokenInfo',
    { slot: 7n },
    {
      label: 'a label',
      manufacturer: 'a maker',
      model: 'a model',
      serial: 'a serial',
      flags: 0x4_0004,
      firmware: '6.9',
    },
    'slot=7 C_GetTokenInfo',
  ),
  row(
    'mechanismFlags',
    { slot: 7n, mechanism: 'rsa-oaep' },
    0x4_0000,
    'slot=7 type=0x9 C_GetMechanismInfo',
  ),
  row('openSession', { slot: 7n, readWrite: true }, 77n, 'slot=7 flags=6 callback=0 C_OpenSession'),
  row(
    'openSession',
    { slot: 7n, readWrite: false },
    77n,
    'slot=7 flags=4 callback=0 C_OpenSession',
  ),
  row('login', { ...IN, pin: UTF8('1234') }, undefined, 'session=77 user=1 pin=31323334 C_Login'),
  row('login', { ...IN, pin: undefined }, undefined, 'session=77 user=1 pin= C_Login'),
  row('logout', IN, undefined, 'session=77 C_Logout'),
  row('closeSession', IN, undefined, 'session=77 C_CloseSession'),
  row(
    'findObjects',
    { ...IN, template: { CLASS: 4, TOKEN: true, ID: UTF8('id') } },
    [5n, 6n],
    'session=77 0x0=0400000000000000 0x1=01 0x102=6964 C_FindObjectsInit',
    'session=77 max=1000 C_FindObjects',
    'session=77 C_FindObjectsFinal',
  ),
  row(
    'findObjects',
    { ...IN, template: {} },
    [5n, 6n],
    'session=77 C_FindObjectsInit',
    'session=77 max=1000 C_FindObjects',
    'session=77 C_FindObjectsFinal',
  ),
  row(
    'getAttributes',
    { ...IN, object: 5n, names: ['ID'] },
    { ID: UTF8('id') },
    'session=77 object=5 count=1 0x102 C_GetAttributeValue',
    'session=77 object=5 count=1 0x102 C_GetAttributeValue',
  ),
  row(
    'setAttributes',
    { ...IN, object: 5n, template: { SENSITIVE: true, EXTRACTABLE: false } },
    undefined,
    'session=77 object=5 0x103=01 0x162=00 C_SetAttributeValue',
  ),
  row(
    'copyObject',
    { ...IN, object: 5n, template: { LABEL: UTF8('dek') } },
    0x99n,
    'session=77 object=5 0x3=64656b C_CopyObject',
  ),
  row('destroyObject', { ...IN, object: 5n }, undefined, 'session=77 object=5 C_DestroyObject'),
  row(
    'generateKeyPair',
    {
      ...IN,
      mechanism: { name: 'rsa-key-pair-gen' },
      publicTemplate: { MODULUS_BITS: 2048, WRAP: true },
      privateTemplate: { UNWRAP: true, PRIVATE: true },
    },
    { publicKey: 11n, privateKey: 12n },
    'session=77 mechanism=0x0 0x121=0008000000000000 0x106=01 and 0x107=01 0x2=01 C_GenerateKeyPair',
  ),
  ...(
    [
      ['sha1', 'hash=0x220 mgf=1'],
      ['sha256', 'hash=0x250 mgf=2'],
    ] as const
  ).map(([hash, given]) =>
    row(
      'unwrapKey',
      {
        ...IN,
        mechanism: { name: 'rsa-oaep', hash },
        unwrappingKey: 12n,
        wrapped: UTF8('wrapped'),
        template: { KEY_TYPE: 0x1f, DECRYPT: true },
      },
      13n,
      `session=77 mechanism=0x9 size=1 ${given} source=1 label=0 by=12 wrapped=77726170706564 0x100=1f00000000000000 0x105=01 C_UnwrapKey`,
    ),
  ),
  row(
    'encrypt',
    { ...IN, mechanism: { name: 'aes-ecb' }, key: 13n, data: UTF8('data') },
    UTF8('encrypted'),
    'session=77 mechanism=0x1081 key=13 C_EncryptInit',
    'session=77 data=64617461 room=20 C_Encrypt',
  ),
  row(
    'digestKey',
    { ...IN, mechanism: { name: 'sha256' }, prefix: UTF8('prefix'), key: 13n },
    UTF8('digest'),
    'session=77 mechanism=0x250 C_DigestInit',
    'session=77 data=707265666978 C_DigestUpdate',
    'session=77 key=13 C_DigestKey',
    'session=77 room=64 C_DigestFinal',
  ),
];

describe('a call reaches its function, and each structure lies as the compiler lays it', () => {
  it('from the beginning', () => {
    expect(loaded.info).toEqual({
      cryptokiVersion: '2.40',
      manufacturer: 'the maker',
      description: 'the library',
      version: '3.7',
    });
    expect(said()).toEqual(['mutexes=0 flags=2 C_Initialize', 'C_GetInfo']);
  });

  it.each(ROWS)('$name', ({ name, request, answer, given }) => {
    const before = said().length;
    expect(perform(loaded, name, request as never)).toEqual(answer);
    expect(said().slice(before)).toEqual(given);
  });

  it('for every call that there is', () => {
    const calls: Readonly<Record<Exclude<CallName, 'load'>, true>> = {
      ...{ slots: true, tokenInfo: true, mechanismFlags: true, openSession: true, login: true },
      ...{ logout: true, closeSession: true, findObjects: true, getAttributes: true },
      ...{ setAttributes: true, copyObject: true, destroyObject: true, generateKeyPair: true },
      ...{ unwrapKey: true, encrypt: true, digestKey: true },
    };
    expect(new Set(ROWS.map(({ name }) => name))).toEqual(new Set(Object.keys(calls)));
  });
});
