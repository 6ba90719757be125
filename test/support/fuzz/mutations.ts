import fc from 'fast-check';

/** What readers trip over: in any place, in any format. */
const TOKENS = [
  '', ' ', '\n', '\r\n', '\0', '\ufeff', '\u2028', '\u{10ffff}', 'é', '"', "'", '\\', ',', ':', ';', '=', '#', '/', '..', '%00', '%',
  '{', '}', '[', ']', '{}', '[]', 'null', 'true', '0', '-1', '1e999', '0.1', '9007199254740993', '-0', '00', '0x10', 'NaN',
  '"__proto__":{"polluted":true},', '__proto__', '"constructor":{"prototype":{"polluted":true}},', 'constructor', 'toString',
  'kmsx-export/1', 'kmsx-backup/2', '"Format":"kmsx-component/1",', '"KeyId":"--force",', 'acs:kms:', 'alias/', 'key-', 'SHA256:',
  '-----BEGIN ', '-----END ', '-----', 'PRIVATE KEY-----\n', 'QUJD', 'QQ==', '=', '====', '-_-_', '[default]', 'type = ', '[[',
  '\x30\x82\xff\xff', '\x30\x80', '\x02\x01\x00', '\x06\x03', '\xff'.repeat(9), '\x00'.repeat(9),
  '['.repeat(101), '['.repeat(5000), '{"a":'.repeat(300), 'a'.repeat(5000), '9'.repeat(400), 'ZA'.repeat(3000),
] as const; // prettier-ignore

/** One change of some bytes: where it is (a part of the whole), how much of them goes, and what comes. */
interface Edit {
  readonly at: number;
  /** In bytes, or as many as come: then lengths that are written down stay right. */
  readonly remove: number | 'as many';
  readonly insert: Buffer;
}

/** Values of JSON that nobody expects. */
const ODD_VALUES: readonly unknown[] = [
  null, true, false, 0, -1, 1.5, 1e308, 2 ** 53, '', ' ', 'a', '--force', '\0', '\u2028', '__proto__', 'QQ==', 'QQ', '32', [], {}, [[]],
  [null], ['a', 'a'], { a: { b: 1 } }, 'x'.repeat(5000), '2026-02-30T00:00:00.000Z', '9999-99-99T99:99:99.999Z', 'kmsx-export/1',
  'RSAES_OAEP_SHA_256', 'acs:kms:cn-local:1:key/a', JSON.parse('{"__proto__":{"polluted":true}}'),
]; // prettier-ignore

const place = fc.double({ min: 0, max: 1, noNaN: true });

const bytes = (most: number): fc.Arbitrary<Buffer> =>
  fc.uint8Array({ maxLength: most }).map((array) => Buffer.from(array));

const insertion: fc.Arbitrary<Buffer> = fc.oneof(
  fc.constantFrom(...TOKENS).map((token) => Buffer.from(token, isLatin1(token) ? 'latin1' : 'utf8')),
  bytes(3),
); // prettier-ignore

const edit: fc.Arbitrary<Edit> = fc.record({
  at: place,
  remove: fc.oneof(
    fc.constant('as many' as const),
    fc.nat(2),
    fc.nat(40),
    fc.constant(Number.MAX_SAFE_INTEGER),
  ),
  insert: insertion,
});

/**
 * Inputs that were right once: a sample with a few changes, two samples glued together, a document in which values are
 * others, PEM of which the DER was changed, or nothing but bytes. They shrink to a sample with one small change.
 */
export function mutationsOf(samples: readonly Buffer[]): fc.Arbitrary<Buffer> {
  const sample = fc.constantFrom(...samples);
  const edits = fc.array(edit, { maxLength: 4 });
  const edited = fc.tuple(sample, edits).map(([start, changes]) => changes.reduce(apply, start));
  const glued = fc
    .tuple(sample, place, sample, place)
    .map(([a, upTo, b, from]) =>
      Buffer.concat([a.subarray(0, a.length * upTo), b.subarray(b.length * from)]),
    );
  const others = fc.array(fc.tuple(place, fc.constantFrom(...ODD_VALUES)), {
    minLength: 1,
    maxLength: 3,
  });
  const odd = fc
    .tuple(sample, others)
    .map(([start, values]) =>
      values.reduce((whole, [at, value]) => replaceValue(whole, at, value), start),
    );
  const armoured = fc
    .tuple(sample, edits)
    .map(([start, changes]) => inArmour(start, (der) => changes.reduce(apply, der)));
  return fc.oneof(
    { weight: 4, arbitrary: edited },
    { weight: 4, arbitrary: odd },
    { weight: 4, arbitrary: armoured },
    glued,
    bytes(64),
  );
}

function isLatin1(text: string): boolean {
  return Buffer.from(text, 'latin1').toString('latin1') === text;
}

/** Puts another value, or none, in the place of one somewhere in a JSON document; others stay as they are. */
function replaceValue(json: Buffer, at: number, value: unknown): Buffer {
  let document: unknown;
  try {
    document = JSON.parse(json.toString());
  } catch {
    return json;
  }
  let count = 0;
  JSON.stringify(document, (_, each: unknown) => ((count += 1), each));
  let left = Math.floor(at * count);
  const changed = JSON.stringify(document, (_, each: unknown) => (left-- === 0 ? value : each));
  return Buffer.from(`${changed}\n`);
}

/** Changes what the first PEM block holds, and leaves the armour right; others stay as they are. */
function inArmour(pem: Buffer, change: (der: Buffer) => Buffer): Buffer {
  const text = pem.toString('latin1');
  const block = /(-----BEGIN [A-Z0-9 ]+-----\n)([A-Za-z0-9+/=\n]+)(-----END )/;
  return Buffer.from(
    text.replace(block, (_, begin: string, body: string, end: string) => {
      const lines =
        change(Buffer.from(body, 'base64'))
          .toString('base64')
          .match(/.{1,64}/g) ?? [];
      return `${begin}${lines.join('\n')}\n${end}`;
    }),
    'latin1',
  );
}

function apply(whole: Buffer, { at, remove, insert }: Edit): Buffer {
  const from = Math.floor(at * whole.length);
  const length = remove === 'as many' ? insert.length : remove;
  return Buffer.concat([whole.subarray(0, from), insert, whole.subarray(from + length)]);
}
