import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';

/** The kinds of document that have a schema in schemas/. */
export const DOCUMENT_KINDS = ['export', 'backup', 'component', 'import', 'proof'] as const;
export type DocumentKind = (typeof DOCUMENT_KINDS)[number];

const rootPath = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

export function documentSchema(kind: DocumentKind): Readonly<Record<string, unknown>> {
  const text = readFileSync(rootPath(`schemas/kmsx-${kind}.schema.json`), 'utf8');
  return JSON.parse(text) as Readonly<Record<string, unknown>>;
}

/** A function that tells whether a value is such a document; an unknown keyword in the schema throws. */
export function validatorOf(kind: DocumentKind): ValidateFunction {
  const ajv = new Ajv2020({ allErrors: true, strictTypes: false, strictRequired: false });
  return ajv.compile(documentSchema(kind));
}

/** The folders of the golden documents: one for each version that added or changed some. */
export const GOLDEN_FOLDERS: readonly string[] = readdirSync(rootPath('test/golden/documents')).map(
  (version) => rootPath(join('test/golden/documents', version)),
);

/** Every golden file of a kind: `export*.json`, `backup*.json`, `component*.json`, …. */
export function goldenFiles(kind: DocumentKind): string[] {
  return GOLDEN_FOLDERS.flatMap((folder) =>
    readdirSync(folder)
      .filter((name) => name.startsWith(kind) && name.endsWith('.json'))
      .map((name) => join(folder, name)),
  );
}

export function readGolden(path: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(path, 'utf8')) as Readonly<Record<string, unknown>>;
}
