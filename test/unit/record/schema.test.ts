import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { readEvent } from '../../../src/record/chain/read-event.ts';
import { readRecord } from '../../../src/record/chain/read-record.ts';
import { makeGoodRecord, NOTE } from '../../support/record/good-record.ts';
import { useTempFolder } from '../../support/temp-folder.ts';

const folder = useTempFolder();
const schema = JSON.parse(
  readFileSync(new URL('../../../schemas/kmsx-record.schema.json', import.meta.url), 'utf8'),
) as object;

test('the schema of a line has what kmsx writes, and needs what kmsx needs', async () => {
  const validate = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(schema);
  await makeGoodRecord(folder(), {
    more: [{ Type: 'resumed', HalfLine: '' }],
    added: [NOTE, { Type: 'destruction', By: ['Ana'], Text: 'x', Files: [] }],
  });
  const { lines } = await readRecord(folder());
  const seen = new Set<unknown>();
  for (const line of lines) {
    seen.add(line.object['Type']);
    expect(validate(line.object), JSON.stringify(validate.errors)).toBe(true);
    for (const name of Object.keys(line.object).filter((each) => each !== 'Previous')) {
      const object = { ...line.object, [name]: undefined };
      const without = JSON.parse(JSON.stringify(object)) as typeof line.object;
      const wrong = { ...line.object, [name]: 1.5 };
      const accepts = (each: typeof without): boolean => {
        try {
          readEvent({ ...line, object: each }, 'it');
          return true;
        } catch {
          return false;
        }
      };
      const of = `${String(line.object['Type'])}.${name}`;
      expect(accepts(without), of).toBe(validate(without));
      expect(accepts(wrong), of).toBe(false);
      expect(validate(wrong), of).toBe(false);
    }
  }
  expect(seen.size).toBe(9);
});

test.each(['typed', 'plan', 'unattended', 'guessed'])(
  'both know how it was confirmed: %s',
  (How) => {
    const validate = new Ajv2020({ strictTypes: false, strictRequired: false }).compile(schema);
    const object = {
      At: '2026-11-23T08:00:00.000Z',
      Previous: '0'.repeat(64),
      ...{
        Type: 'compared',
        Step: 1,
        What: 'fingerprint',
        Of: 'hsm',
        Value: 'SHA256:…',
        Same: false,
      },
      How,
    };
    const read = (): unknown => readEvent({ object, number: 1, hash: '' }, 'it');
    expect(validate(object)).toBe(How !== 'guessed');
    if (How === 'guessed') expect(read).toThrow('How is not one of');
    else expect(read()).toBe(object);
  },
);
