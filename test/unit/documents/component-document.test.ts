import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { KeyComponent } from '../../../src/documents/component-document.ts';
import {
  encodeComponentDocument,
  readComponentDocument,
} from '../../../src/documents/component-document.ts';
import { splitDataKey } from '../../../src/data-key/custody/split.ts';
import { keyCheckValues } from '../../../src/documents/key-check-value.ts';
import { refusalOf } from '../../support/documents.ts';

const ORIGIN = {
  KeyId: 'key-1',
  KeyVersionId: 'version-1',
  DataKeyId: '0123456789abcdef0123456789abcdef',
  Rehearsal: true,
} as const;
const CONTEXT = { randomBytes, now: () => new Date('2026-11-23T08:00:00.000Z') };

async function split(
  length: number,
  count: number,
  threshold?: number,
): Promise<readonly KeyComponent[]> {
  const key = randomBytes(length);
  return await splitDataKey(key, { count, threshold }, keyCheckValues(key), ORIGIN, CONTEXT);
}

async function anObject(threshold?: number): Promise<Record<string, unknown>> {
  const [component] = await split(32, 3, threshold);
  if (component === undefined) throw new Error('no component');
  return JSON.parse(encodeComponentDocument(component).toString()) as Record<string, unknown>;
}

const read = (object: object): KeyComponent =>
  readComponentDocument(Buffer.from(JSON.stringify(object)), '1.json');

const object = await anObject();

describe('a component document', () => {
  it('reads as it was written, in any order of fields and with fields of its own', async () => {
    const plans = fc.record({
      length: fc.integer({ min: 1, max: 1024 }),
      count: fc.integer({ min: 2, max: 5 }),
      threshold: fc.option(fc.constant(2), { nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(plans, async ({ length, count, threshold }) => {
        for (const component of await split(length, count, threshold)) {
          const line = encodeComponentDocument(component);
          const object = JSON.parse(line.toString()) as Record<string, unknown>;
          expect(Object.keys(object)[0]).toBe('Format');
          expect(line.toString()).toBe(`${JSON.stringify(object)}\n`);
          const fields: [string, unknown][] = [...Object.entries(object), ['New', 1]];
          const turned = Object.fromEntries(fields.reverse());
          for (const bytes of [line, Buffer.from(JSON.stringify(turned, undefined, 2))]) {
            const back = readComponentDocument(bytes, '1.json');
            expect(back.facts).toEqual(component.facts);
            expect(back.secret.bytes.equals(component.secret.bytes)).toBe(true);
            expect(bytes.every((byte) => byte === 0)).toBe(true);
          }
        }
      }),
      { numRuns: 30 },
    );
  });

  it('says all that a custodian and combine need, and no more', async () => {
    expect(Object.keys(await anObject())).toEqual([
      'Format',
      'SetId',
      'Number',
      'NumberOfComponents',
      'Threshold',
      'Scheme',
      'Component',
      'ComponentCheckValues',
      'KeyCheckValues',
      'NumberOfBytes',
      'KeyId',
      'KeyVersionId',
      'DataKeyId',
      'CreatedAt',
      'Rehearsal',
    ]);
  });

  it('has no check values where the key is below 16 bytes: it could be found from them', async () => {
    for (const length of [1, 14, 15]) {
      for (const threshold of [undefined, 2]) {
        for (const component of await split(length, 2, threshold)) {
          const text = encodeComponentDocument(component).toString();
          expect(text).not.toContain('CheckValues');
          expect(read(JSON.parse(text) as object).facts).toEqual(component.facts);
        }
      }
    }
  });

  it.each<[string, unknown]>([
    ['Format', 'kmsx-export/1'],
    ['Format', undefined],
    ['SetId', 'ABCDEF0123456789abcdef0123456789'],
    ['SetId', undefined],
    ['Number', 0],
    ['Number', 4],
    ['Number', 1.5],
    ['Number', '1'],
    ['NumberOfComponents', 1],
    ['NumberOfComponents', 256],
    ['Threshold', 2],
    ['Threshold', 4],
    ['Threshold', undefined],
    ['Scheme', 'xor'],
    ['Component', undefined],
    ['Component', 1],
    ['Component', ''],
    ['Component', 'AAAA'],
    ['Component', '=AAA'],
    ['ComponentCheckValues', undefined],
    ['ComponentCheckValues', []],
    ['KeyCheckValues', undefined],
    ['KeyCheckValues', []],
    ['KeyCheckValues', [{ Method: 'CRC', Value: '00' }]],
    ['KeyCheckValues', [{ Method: 'AES-ECB-ZERO', Value: '00' }]],
    ['KeyCheckValues', [{ Method: 'AES-ECB-ZERO', Value: 'ABCDEF' }]],
    ['KeyCheckValues', ['AES-ECB-ZERO']],
    ['NumberOfBytes', undefined],
    ['NumberOfBytes', 31],
    ['NumberOfBytes', 1025],
    ['DataKeyId', 'x'],
    ['Rehearsal', 'yes'],
  ])('whose %s is %j is refused', (name, value) => {
    const error = refusalOf(() => read({ ...object, [name]: value }));
    expect(error).toMatchObject({ code: 'document-malformed', kind: 'usage' });
    expect(error.message).toContain('1.json');
    expect(error.message).not.toContain(String(object['Component']));
  });

  it('by Shamir has a threshold from 2 on, and no coordinate 0', async () => {
    const shamir = await anObject(2);
    const component = Buffer.from(String(shamir['Component']), 'base64');
    component[32] = 0;
    for (const changed of [{ Threshold: 1 }, { Component: component.toString('base64') }]) {
      expect(refusalOf(() => read({ ...shamir, ...changed })).code).toBe('document-malformed');
    }
  });

  it('of another number is refused by name, and what is no component as such', () => {
    const later = refusalOf(() => read({ ...object, Format: 'kmsx-component/2' }));
    expect(later).toMatchObject({ code: 'document-format-unknown' });
    expect(later.message).toContain('kmsx-component/2');
    for (const text of ['AAAA', '[]', '-----BEGIN PRIVATE KEY-----']) {
      const error = refusalOf(() => readComponentDocument(Buffer.from(text), 'x'));
      expect(error.code).toBe('document-malformed');
    }
  });

  it('in which the component stands twice, or elsewhere, is refused', () => {
    const text = JSON.stringify(object);
    const twice = text.replace('{', `{"Component":"${String(object['Component'])}",`);
    const error = refusalOf(() => readComponentDocument(Buffer.from(twice), '1.json'));
    expect(error.code).toBe('json-name-twice');
    const nested = { a: { Component: object['Component'] }, ...object };
    expect(refusalOf(() => read(nested)).code).toBe('document-malformed');
    expect(refusalOf(() => read({ ...nested, Component: undefined })).code).toBe(
      'document-malformed',
    );
  });

  it('cut short anywhere is refused', () => {
    const text = JSON.stringify(object);
    for (let length = 1; length < text.length; length += 1) {
      const error = refusalOf(() =>
        readComponentDocument(Buffer.from(text.slice(0, length)), '1.json'),
      );
      expect(error.kind).toBe('usage');
    }
  });
});
