import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import { DOCUMENTS } from '../../../src/commands/shell/help/documents.ts';
import type { JsonObject } from '../../../src/base/json.ts';
import { readImportDocument } from '../../../src/documents/import-document.ts';
import { readProofDocument } from '../../../src/documents/proof-document.ts';
import { readComponentDocument } from '../../../src/documents/component-document.ts';
import { readEnvelope } from '../../../src/documents/read-document.ts';
import { layout } from '../../../src/terminal/help/layout.ts';
import type { DocumentKind } from '../../support/document-schemas.ts';
import {
  DOCUMENT_KINDS,
  documentSchema,
  goldenFiles,
  readGolden,
  validatorOf,
} from '../../support/document-schemas.ts';
import { refusalOf } from '../../support/documents.ts';

type Value = Readonly<Record<string, unknown>>;
type Path = readonly (string | number)[];

const GOLDEN = DOCUMENT_KINDS.flatMap((kind) =>
  goldenFiles(kind).map((path): [DocumentKind, string, Value] => [
    kind,
    basename(path),
    readGolden(path),
  ]),
);

const VALIDATORS = Object.fromEntries(
  DOCUMENT_KINDS.map((kind) => [kind, validatorOf(kind)]),
) as Readonly<Record<DocumentKind, ValidateFunction>>;

function readDocument(kind: DocumentKind, document: unknown): void {
  const bytes = Buffer.from(JSON.stringify(document));
  if (kind === 'component') readComponentDocument(bytes, 'd.json').secret.dispose();
  else if (kind === 'import') readImportDocument(document as JsonObject, 'd.json');
  else if (kind === 'proof') readProofDocument(document as JsonObject, 'd.json');
  else readEnvelope(bytes, 'd.json');
}

/** Every place in a document that has a value, but for the top. */
function placesOf(value: unknown, at: Path = []): Path[] {
  if (typeof value !== 'object' || value === null) return [];
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? value.map((each: unknown, index) => [index, each])
    : Object.entries(value);
  return entries.flatMap(([name, each]) => [[...at, name], ...placesOf(each, [...at, name])]);
}

function valueAt(document: unknown, path: Path): unknown {
  return path.reduce((value, name) => (value as Record<string | number, unknown>)[name], document);
}

/** A copy of a document with another value at one place; without the place where the value is undefined. */
function withValue(document: unknown, [name, ...rest]: Path, value: unknown): unknown {
  if (name === undefined) return value;
  if (Array.isArray(document)) {
    return document.map((each: unknown, index) =>
      index === name ? withValue(each, rest, value) : each,
    );
  }
  const entries = Object.entries(document as Value).flatMap(([key, each]) => {
    if (key !== String(name)) return [[key, each] as const];
    const changed = withValue(each, rest, value);
    return changed === undefined ? [] : [[key, changed] as const];
  });
  return Object.fromEntries(entries);
}

/** Values of other types, and texts that no field with a form takes. */
function wrongValues(value: unknown): unknown[] {
  const wrong = [null, 7, 1.5, -1, true, 'no such value', [], {}, [value]];
  return wrong.filter(
    (each) => typeof each !== typeof value || each === null || Array.isArray(each),
  );
}

/** Texts without a form of their own: any text that is not empty will do. */
const FREE_TEXTS = [
  ...['KeyId', 'KeyVersionId', 'RequestId'],
  ...['Name', 'Place', 'AccessKeyId'],
  ...['Token', 'Serial', 'Manufacturer', 'Model', 'Label', 'Module'],
];

const isInContext = (path: Path): boolean => path[0] === 'EncryptionContext' && path.length > 1;
const isFreeText = (path: Path): boolean =>
  isInContext(path) || FREE_TEXTS.includes(String(path.at(-1)));

it('there are golden documents of every kind that has a schema', () => {
  for (const kind of DOCUMENT_KINDS) expect(goldenFiles(kind).length).toBeGreaterThan(4);
});

describe.each(GOLDEN)('the schema of an %s document and %s', (kind, _, document) => {
  const isValid = VALIDATORS[kind];

  it('agree, and every field of it is in the schema', () => {
    expect(isValid(document), JSON.stringify(isValid.errors)).toBe(true);
    const { properties } = documentSchema(kind) as { properties: Value };
    for (const name of Object.keys(document)) expect(Object.keys(properties)).toContain(name);
  });

  it('agree with a field that nobody knows yet', () => {
    expect(isValid({ ...document, Later: { any: null } })).toBe(true);
    expect(() => {
      readDocument(kind, { ...document, Later: { any: null } });
    }).not.toThrow();
  });

  it('do not agree, nor do the readers, with a value of another type at any place', () => {
    for (const path of placesOf(document)) {
      for (const wrong of wrongValues(valueAt(document, path))) {
        const changed = withValue(document, path, wrong);
        const what = `${path.join('.')}: ${JSON.stringify(wrong)}`;
        expect(isValid(changed), what).toBe(false);
        expect(
          refusalOf(() => {
            readDocument(kind, changed);
          }).kind,
          what,
        ).toBe('usage');
      }
    }
  });

  it('do not agree with a text that is empty or not of the form of the field', () => {
    for (const path of placesOf(document)) {
      const value = valueAt(document, path);
      if (typeof value !== 'string' || isInContext(path)) continue;
      expect(isValid(withValue(document, path, '')), `${path.join('.')}: empty`).toBe(false);
      if (isFreeText(path)) continue;
      for (const wrong of [`${value} `, ` ${value}`, `${value}\n`, `${value}é`]) {
        expect(isValid(withValue(document, path, wrong)), path.join('.')).toBe(false);
      }
    }
  });

  it('do not agree without a field that is required, and do without any other', () => {
    const { required } = documentSchema(kind) as { required: readonly string[] };
    const isBound = ['export', 'backup', 'proof'].includes(kind) && 'DataKeyId' in document;
    const conditional = [
      ...(kind === 'component' ? ['ComponentCheckValues', 'KeyCheckValues'] : []),
      ...(isBound ? ['EncryptionContext'] : []),
    ];
    for (const name of Object.keys(document)) {
      const isNeeded = required.includes(name) || conditional.includes(name);
      expect(isValid(withValue(document, [name], undefined)), name).toBe(!isNeeded);
    }
  });
});

const SCHEMAS = new URL('../../../schemas/', import.meta.url);

describe('every schema that is shipped', () => {
  const compileStrictly = (text: string): unknown =>
    new Ajv2020({ strict: true, allErrors: true }).compile(JSON.parse(text) as object);

  it.each(readdirSync(SCHEMAS))('%s compiles in the strict mode of ajv', (name) => {
    expect(name).toMatch(/^kmsx-[a-z-]+\.schema\.json$/);
    const text = readFileSync(new URL(name, SCHEMAS), 'utf8');
    expect(compileStrictly(text)).toBeTypeOf('function');
    expect(() => compileStrictly(text.replace('"required"', '"requried"'))).toThrow(/requried/);
  });
});

describe('a schema', () => {
  it.each(DOCUMENT_KINDS)('says of an %s document what each field is', (kind) => {
    const { properties } = documentSchema(kind) as { properties: Record<string, Value> };
    for (const [name, field] of Object.entries(properties)) {
      expect(field['description'], name).toMatch(/^\S.*[^.]$/);
    }
  });

  it.each(DOCUMENT_KINDS)('and the pages on documents name the same fields of an %s', (kind) => {
    const page = readFileSync(new URL('../../../docs/documents.md', import.meta.url), 'utf8');
    const { properties } = documentSchema(kind) as { properties: Value };
    const topic = layout(DOCUMENTS, 100);
    for (const name of Object.keys(properties)) {
      expect(page, name).toContain(`\`${name}\``);
      expect(topic, name).toContain(name);
    }
    expect(page).toContain(`kmsx-${kind}.schema.json`);
  });

  it('takes an export only with an algorithm and a length that go with its key', () => {
    const isExport = VALIDATORS.export;
    const [first] = goldenFiles('export');
    const document = readGolden(first ?? '');
    const changing = (fields: Value): unknown => {
      const [entry] = document['Exports'] as readonly Value[];
      return { ...document, ...fields, Exports: [{ ...entry, ...fields }] };
    };
    expect(isExport(changing({}))).toBe(true);
    expect(isExport(changing({ WrappingAlgorithm: 'SM2PKE' }))).toBe(false);
    expect(isExport(changing({ WrappingKeySpec: 'EC_SM2' }))).toBe(false);
    const sm2 = { WrappingKeySpec: 'EC_SM2', WrappingAlgorithm: 'SM2PKE', ExportedDataKey: 'AAAA' };
    expect(isExport(changing(sm2))).toBe(true);
    expect(isExport(changing({ ExportedDataKey: 'AAAA' }))).toBe(false);
    expect(isExport({ ...document, Exports: [] })).toBe(false);
  });

  it.each(['backup', 'export'] as const)(
    'takes a bound %s document only with the id in its context, as the reader does',
    (kind) => {
      const isValid = VALIDATORS[kind];
      const bound = GOLDEN.filter(([each, , document]) => each === kind && 'DataKeyId' in document);
      expect(bound.length).toBeGreaterThan(0);
      for (const [, , document] of bound) {
        expect(isValid(document)).toBe(true);
        const stripped = { ...document, EncryptionContext: { purpose: 'payments' } };
        expect(isValid(stripped)).toBe(false);
        const error = refusalOf(() => {
          readDocument(kind, stripped);
        });
        expect(error.code).toBe('document-inconsistent');
      }
    },
  );

  it('takes a component of a short key without check values', () => {
    const isComponent = VALIDATORS.component;
    const [first] = goldenFiles('component');
    const { KeyCheckValues, ComponentCheckValues, ...rest } = readGolden(first ?? '');
    expect(isComponent({ ...rest, NumberOfBytes: 15 })).toBe(true);
    expect(isComponent({ ...rest, NumberOfBytes: 16 })).toBe(false);
    expect(isComponent({ ...rest, NumberOfBytes: 16, KeyCheckValues, ComponentCheckValues })).toBe(
      true,
    );
  });
});
