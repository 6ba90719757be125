import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { hasCode } from '../../../../src/base/error.ts';
import { MAX_PLAN_BYTES, readPlan } from '../../../../src/ceremony/plan/read-plan.ts';
import { PLAN_TEMPLATE } from '../../../../src/ceremony/plan/template.ts';
import { planBytes, WHOLE_PLAN } from '../../../support/ceremony/plans.ts';

const YAML = stringify(WHOLE_PLAN);

const read = (text: string) => readPlan(Buffer.from(text), 'plan.yaml');

/** `LINE: MESSAGE` of each mistake. */
function mistakesOf(text: string): string[] {
  try {
    read(text);
    return [];
  } catch (error) {
    if (!hasCode(error, 'plan-malformed')) throw error;
    return error.details.mistakes.map(
      ({ line, message, hint }) => `${line}: ${message}${hint === undefined ? '' : ` (${hint})`}`,
    );
  }
}

describe('a plan', () => {
  it('is read with its defaults', () => {
    const { plan } = read(YAML);
    const [east, west, spare] = WHOLE_PLAN.Recipients;
    expect(plan).toEqual({
      ...WHOLE_PLAN,
      Recipients: [east, { ...west, Unwrap: 'here' }, spare],
    });
    const { Bind: _, Witness: __, ...shorter } = WHOLE_PLAN;
    const made = { Name: 'made', MakePair: true };
    const kept = { Name: 'kept', Pubkey: 'kept.pem' };
    const opened = { Name: 'opened', Pubkey: 'opened.pem', Privkey: 'opened.key' };
    const Recipients = [made, kept, opened];
    expect(readPlan(planBytes({ ...shorter, Recipients }), 'plan').plan).toEqual({
      ...shorter,
      Recipients: [
        { ...made, Unwrap: 'here' },
        { ...kept, Unwrap: 'elsewhere' },
        { ...opened, Unwrap: 'here' },
      ],
      Bind: true,
      Witness: false,
    });
  });

  it('says in which line each field stands', () => {
    const { lineOf } = read(YAML);
    const line = (text: string): number =>
      YAML.split('\n').findIndex((each) => each.includes(text)) + 1;
    expect(lineOf(['Title'])).toBe(line('Title'));
    expect(lineOf(['Recipients', 1, 'Token'])).toBe(line('Token'));
    expect(lineOf(['Recipients', 1, 'Privkey'])).toBe(line('Name: west'));
    expect(lineOf(['Backups', 1])).toBe(line('secret:'));
    expect(lineOf(['Unattended'])).toBe(1);
  });

  it('is what the template is, before anything is filled in', () => {
    expect(read(PLAN_TEMPLATE).plan).toMatchObject({ Practice: false, Bind: true, Witness: true });
    expect(read(PLAN_TEMPLATE.replaceAll('\n', '\r\n')).plan).toEqual(read(PLAN_TEMPLATE).plan);
  });

  it('is read the same from YAML in any style and from JSON', () => {
    const text = fc
      .string({ unit: 'grapheme', minLength: 1, maxLength: 150 })
      .map((any) => any.normalize('NFC').replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\p{Cs}]/gu, '·'))
      .filter((any) => any.trim() !== '');
    const value = fc
      .string({ unit: 'grapheme', maxLength: 80 })
      .map((any) => any.normalize('NFC').replaceAll(/[^\P{Cc}\n\t]|\p{Cs}/gu, '·'));
    const role = fc.constantFrom('leader', 'operator', 'witness', 'custodian', 'auditor');
    const person = fc.record(
      { Name: text, Role: role, Affiliation: text },
      { requiredKeys: ['Name', 'Role'] },
    );
    const recipient = fc.oneof(
      fc.record({ Name: text, MakePair: fc.constant(true) }),
      fc.record({ Name: text, Pubkey: text, Custodian: text }),
      fc.record({ Name: text, Token: text }),
    );
    const plan = fc.record(
      {
        Format: fc.constant(WHOLE_PLAN.Format),
        Title: text,
        Practice: fc.boolean(),
        KeyId: text,
        NumberOfBytes: fc.integer({ min: 1, max: 1024 }),
        Context: fc.dictionary(value, value),
        People: fc.array(person, { minLength: 1, maxLength: 3 }),
        Recipients: fc.array(recipient, { minLength: 1, maxLength: 3 }),
        Backups: fc.array(text, { maxLength: 3 }),
      },
      { noNullPrototype: true },
    );
    const style = fc.record({
      collectionStyle: fc.constantFrom('block', 'flow', 'any'),
      indent: fc.integer({ min: 1, max: 8 }),
      lineWidth: fc.constantFrom(0, 40, 80),
      defaultStringType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', 'QUOTE_SINGLE'),
      defaultKeyType: fc.constantFrom('PLAIN', 'QUOTE_DOUBLE', null),
    } as const);
    fc.assert(
      fc.property(plan, style, fc.constantFrom(undefined, 2, '\t'), (any, how, indent) => {
        const text = JSON.stringify(any, undefined, indent);
        const json = read(text).plan;
        expect(json).toMatchObject(any);
        // The writer of the package folds a line between the two halves of a character.
        const lineWidth = /[\u{10000}-\u{10ffff}]/u.test(text) ? 0 : how.lineWidth;
        const yaml = stringify(any, { ...how, lineWidth, aliasDuplicateObjects: false });
        expect(read(yaml).plan).toEqual(json);
      }),
    );
  });
});

describe('a mistake is told with its line', () => {
  const with_ = (from: string | RegExp, to: string): string => YAML.replace(from, to);

  it.each([
    [
      'an unknown field',
      with_('Title:', 'Tittle:'),
      ['1: Title is missing', '2: Tittle is not known here (did you mean Title?)'],
    ],
    [
      'an unknown field of a recipient',
      with_('Pubkey: east', 'PubKey: east'),
      [
        '28: Recipients[0] has none of Pubkey, Token and MakePair',
        '29: Recipients[0].PubKey is not known here (did you mean Pubkey?)',
      ],
    ],
    [
      'another format',
      with_('plan/1', 'plan/2'),
      ['1: Format is none of kmsx-ceremony-plan/1 (did you mean kmsx-ceremony-plan/1?)'],
    ],
    [
      'a number for text',
      with_(/Title: .*/, 'Title: 2026'),
      ['2: Title is a number, not text (put it in quotation marks: "2026")'],
    ],
    [
      'a flag in words',
      with_('Practice: false', 'Practice: no'),
      ['3: Practice is neither true nor false'],
    ],
    [
      'a flag of YAML 1.1',
      with_('Practice: false', 'Practice: False'),
      ['3: Practice is to be written false'],
    ],
    [
      'an unattended plan that says false',
      with_('Practice: false', 'Practice: true\nUnattended: false'),
      ['4: Unattended is not true (leave it out where it is not)'],
    ],
    ['a field without a value', with_(/Place: .*/, 'Place:'), ['4: Place is empty, not text']],
    [
      'two sizes',
      with_('KeySpec: AES_256', 'KeySpec: AES_256\nNumberOfBytes: 24'),
      ['8: NumberOfBytes and KeySpec exclude each other'],
    ],
    [
      'a size of no data key',
      with_('KeySpec: AES_256', 'NumberOfBytes: 1025'),
      ['7: NumberOfBytes is not a whole number from 1 to 1024'],
    ],
    [
      'octal digits',
      with_('KeySpec: AES_256', 'NumberOfBytes: 0o30'),
      ['7: NumberOfBytes is a number in a form that not every reader takes for the same'],
    ],
    [
      'a context that is no text',
      with_('purpose: payments', 'purpose: 1.10'),
      ['9: Context.purpose is a number, not text (put it in quotation marks: "1.1")'],
    ],
    [
      'a role that there is not',
      with_('Role: leader', 'Role: leeder'),
      [
        '14: People[0].Role is none of leader, operator, witness, custodian, auditor (did you mean leader?)',
      ],
    ],
    [
      'a fingerprint that is none',
      with_(/SHA256:0123/, 'SHA256:012'),
      [
        expect.stringMatching(
          /^\d+: Recipients\[0\]\.ExpectFingerprint is not SHA256: and 64 digits$/,
        ),
      ],
    ],
    [
      'a fingerprint of a pair that is made',
      with_('MakePair: true', `MakePair: true\n    ExpectFingerprint: SHA256:${'0'.repeat(64)}`),
      [expect.stringContaining('cannot be known')],
    ],
    [
      'two sources of a key',
      with_('MakePair: true', 'MakePair: true\n    Token: pkcs11:object=a'),
      [expect.stringContaining('Recipients[2] has more than one of')],
    ],
    [
      'a private half without a use',
      with_('Unwrap: elsewhere', 'Unwrap: elsewhere\n    Privkey: k.pem'),
      [expect.stringContaining('Recipients[0].Privkey goes with Unwrap: here')],
    ],
    [
      'a private half without its public one',
      with_('MakePair: true', 'MakePair: true\n    Privkey: k.pem'),
      [expect.stringContaining('Recipients[2].Privkey goes with Pubkey')],
    ],
    [
      'no private half to unwrap with',
      with_('Unwrap: elsewhere', 'Unwrap: here'),
      [expect.stringContaining('Recipients[0].Unwrap is here, and there is no Privkey')],
    ],
    [
      'a list that is none',
      with_(/Backups:\n(?: {2}- .*\n)+/, 'Backups: one.json\n'),
      [expect.stringContaining('Backups is text, not a list')],
    ],
    [
      'a list of nothing',
      with_(/Recipients:\n(?: {2}.*\n)+/, 'Recipients: []\n'),
      [expect.stringContaining('Recipients has no items')],
    ],
    [
      'two lines where one is',
      with_(/Place: .*/, 'Place: |\n  a\n  b'),
      ['4: Place is more than a line of text'],
    ],
    [
      'a head that is none',
      with_(/Previous: .*/, 'Previous: A1'),
      ['5: Previous is not 64 hexadecimal digits in lower case'],
    ],
    [
      'a threshold of nobody',
      with_('Threshold: 2', 'Threshold: 0'),
      [expect.stringContaining('Signatures.Threshold is not a whole number from 1 to 100')],
    ],
    ['no plan at all', '', ['1: the plan is empty, not fields: NAME: VALUE']],
    ['a list in place of a plan', '- a', ['1: the plan is a list, not fields: NAME: VALUE']],
  ])('%s', (_, text, expected) => {
    expect(text).not.toBe(YAML);
    expect(mistakesOf(text)).toEqual(expected);
  });

  it('and all mistakes at once, the first of them in the message', () => {
    const text = YAML.replace('KeyId', 'Key').replace('Role: operator', 'Role: typist');
    expect(mistakesOf(text)).toHaveLength(3);
    expect(() => read(text)).toThrow(/^plan\.yaml:1: KeyId is missing; 3 mistakes in all$/);
  });
});

describe('what YAML can do beyond JSON is refused', () => {
  it.each([
    ['a tag', 'a: !!js/function 1', '1: tags'],
    ['a tag of a list', '- ! a', '1: tags'],
    ['an anchor', 'a: 1\nb: &x 2', '2: anchors'],
    ['an alias', 'a: *x', '1: aliases'],
    ['a merge key', `${YAML}<<: {}`, '<< is a merge key'],
    ['a directive', '%YAML 1.1\n---\na: yes', '1: directives'],
    ['a second document', `${YAML}---\n${YAML}`, 'a second document begins'],
    ['a name twice', 'a: {b: 1, "b": 2}', '1: a.b stands twice'],
    ['a name twice in JSON', '{"a":1,"\\u0061":2}', '1: a stands twice'],
    ['a name that is a list', '? [a]\n: 1', 'has a name that is no text'],
    ['a name that is a number', '1: a', 'has a name that is no text'],
    ['a control character', 'a: \u0007', '1: a control character'],
    ['half a character', 'a: "\\ud83d"', 'has half a character'],
    ['text that is not in NFC', 'a: "e\\u0301"', "is not in Unicode's form NFC"],
  ])('%s', (_, text, expected) => {
    expect(mistakesOf(text).join('\n')).toContain(expected);
  });

  it.each([
    [
      'YAML that is none',
      'a: [1',
      '1: the indentation does not fit what stands above, or a bracket is not closed',
    ],
    ['a tab', 'a:\n\t- b', '2: the line is indented by a tab: YAML takes blanks'],
    [
      'a second colon',
      'a: b: c',
      '1: the line has a second colon: put the text in quotation marks',
    ],
    ['what no text begins with', 'a: @b', '1: a text that begins like this needs quotation marks'],
  ])('%s is told in words that do not quote it', (_, text, expected) => {
    expect(mistakesOf(text)).toEqual([expected]);
  });

  it('what is no text, or too long, is told as such', () => {
    expect(() => readPlan(Buffer.from([0xff, 0xfe, 0x41, 0]), 'p')).toThrow('p is UTF-16 text');
    expect(() => readPlan(Buffer.from([0x41, 0xff]), 'p')).toThrow('p is not text');
    const long = Buffer.from(`#${' '.repeat(MAX_PLAN_BYTES)}`);
    expect(() => readPlan(long, 'p')).toThrow('p is larger than 256 KiB');
  });

  const laughs = Array.from({ length: 9 }, (_, level) => {
    const nine = Array.from({ length: 9 }, () => (level === 0 ? 'lol' : `*l${level - 1}`));
    return `l${level}: &l${level} [${nine.join(', ')}]`;
  });

  it.each([
    ['a billion laughs', laughs.join('\n'), '1: anchors'],
    ['brackets', '['.repeat(MAX_PLAN_BYTES), '1: this nests too deep'],
    ['braces', '{'.repeat(MAX_PLAN_BYTES), '1: this nests too deep'],
    ['lists in lists', '- '.repeat(MAX_PLAN_BYTES / 2), '1: this nests too deep'],
    ['names of names', '? '.repeat(MAX_PLAN_BYTES / 2), '1: this nests too deep'],
    ['commas', `[${','.repeat(MAX_PLAN_BYTES - 2)}]`, '1: this is longer than any plan'],
    ['JSON in JSON', '{"a":'.repeat(50_000), '1: this nests too deep'],
  ])('%s are refused before anything is built of them', (_, text, expected) => {
    expect(mistakesOf(text).join('\n')).toContain(expected);
  });
});
