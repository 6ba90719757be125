import type { Lie } from './lie.ts';
import type { Honest, Tell } from './lying-kms.ts';

/* Lies about the form of a field, for each field that an operation's answer must have. */

type Kind = 'id' | 'base64' | 'word' | 'text' | 'count' | 'object';

/** The fields of each operation's answer, as paths into it. */
const FIELDS: Readonly<Record<string, Readonly<Record<string, Kind>>>> = {
  GenerateAndExportDataKey: {
    KeyId: 'id',
    KeyVersionId: 'id',
    CiphertextBlob: 'base64',
    ExportedDataKey: 'base64',
    RequestId: 'word',
  },
  ExportDataKey: { KeyId: 'id', KeyVersionId: 'id', ExportedDataKey: 'base64', RequestId: 'word' },
  Decrypt: { KeyId: 'id', KeyVersionId: 'id', Plaintext: 'base64', RequestId: 'word' },
  ReEncrypt: { KeyId: 'id', KeyVersionId: 'id', CiphertextBlob: 'base64', RequestId: 'word' },
  DescribeSecret: { RequestId: 'word' },
  GetSecretValue: { SecretData: 'text', VersionId: 'text', RequestId: 'word' },
  DescribeKey: {
    KeyMetadata: 'object',
    'KeyMetadata.KeyId': 'id',
    'KeyMetadata.KeyState': 'word',
    RequestId: 'word',
  },
  ListKeys: {
    Keys: 'object',
    'Keys.Key': 'object',
    'Keys.Key.0.KeyId': 'id',
    TotalCount: 'count',
    RequestId: 'word',
  },
  ListAliases: {
    Aliases: 'object',
    'Aliases.Alias': 'object',
    'Aliases.Alias.0.KeyId': 'id',
    'Aliases.Alias.0.AliasName': 'text',
    TotalCount: 'count',
    RequestId: 'word',
  },
};

type Change = (value: unknown) => unknown;

const always =
  (value: unknown): Change =>
  () =>
    value;

const ofText =
  (change: (text: string) => string): Change =>
  (value) =>
    change(String(value));

const OF_ANY: Readonly<Record<string, Change>> = {
  'is missing': always(undefined),
  'is null': always(null),
  'is empty': always(''),
  'is true': always(true),
  'is text of blanks': always(' \n'),
};

/** By kind of field: in what it can be wrong, and how it is made so. */
const WRONGS: Readonly<Record<Kind, Readonly<Record<string, Change>>>> = {
  id: {
    ...OF_ANY,
    'is a number': always(7),
    'is a list': (value) => [value],
    'is an object': (value) => ({ value }),
    'looks like an option': always('--force'),
    'ends with a line break': ofText((text) => `${text}\n`),
    'holds a command': always('a; rm -rf /'),
    'is far too long': ofText((text) => text.repeat(100)),
    'is a path': always('../../etc/passwd'),
  },
  base64: {
    ...OF_ANY,
    'is a number': always(7),
    'is a list': (value) => [value],
    'is an object': (value) => ({ value }),
    'is cut within a group': ofText((text) => text.slice(0, -1)),
    'is base64 of the other alphabet': ofText((text) => `-_${text.slice(2)}`),
    'has stray bits': ofText((text) => `${text.slice(0, -4)}YX==`),
    'has a line break': ofText((text) => `${text.slice(0, 8)}\n${text.slice(8)}`),
    'is hexadecimal, and odd': always('abc'),
    'has something after its end': ofText((text) => `${text}=`),
  },
  word: {
    ...OF_ANY,
    'is a number': always(7),
    'is a list': (value) => [value],
    'looks like an option': always('--force'),
    'holds an escape sequence': always('\u001b[31mred'),
  },
  text: {
    'is missing': always(undefined),
    'is null': always(null),
    'is empty': always(''),
    'is true': always(true),
    'is a list': (value) => [value],
  },
  count: {
    'is missing': always(undefined),
    'is text': always('1'),
    'is negative': always(-1),
    'is a fraction': always(1.5),
    'is greater than what is exact': always(2 ** 60),
  },
  object: {
    'is missing': always(undefined),
    'is null': always(null),
    'is text': always('text'),
    'is a list of nothing known': always([7]),
  },
};

/** What is wrong with a name that stands twice is the text, not the value. */
const twice =
  (name: string): Tell =>
  ({ body }) => ({ body: body.toString().replace(`"${name}":`, () => `"${name}":"a","${name}":`) });

/** The lies about each field of each operation. */
export const FIELD_LIES: readonly Lie[] = Object.entries(FIELDS).flatMap(([action, fields]) =>
  Object.entries(fields).flatMap(([path, kind]) => {
    const names = path.split('.');
    const name = names.at(-1) ?? '';
    const lie = { code: 4, says: new RegExp(name), concerns: isFor(action) } as const;
    return [
      ...Object.entries(WRONGS[kind]).map(([wrong, change]) => ({
        ...lie,
        title: `a ${path} that ${wrong}`,
        tell: (honest: Honest) => ({ body: changed(honest.fields, names, change) as object }),
      })),
      { ...lie, title: `a ${path} that stands twice`, tell: twice(name) },
    ];
  }),
);

function isFor(action: string): NonNullable<Lie['concerns']> {
  return (row) => row.action === action && row.isDryRun !== true;
}

/** A copy of a value in which the value at a path is another. */
function changed(value: unknown, path: readonly string[], change: Change): unknown {
  const [name, ...rest] = path;
  if (name === undefined) return change(value);
  if (Array.isArray(value)) {
    return value.map((item: unknown, index): unknown =>
      String(index) === name ? changed(item, rest, change) : item,
    );
  }
  const object = value as Readonly<Record<string, unknown>>;
  return { ...object, [name]: changed(object[name], rest, change) };
}
