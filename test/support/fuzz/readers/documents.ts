import { readdirSync, readFileSync } from 'node:fs';
import { parseJson } from '../../../../src/base/json.ts';
import { readComponentDocument } from '../../../../src/documents/component-document.ts';
import { joinEncryptionContext } from '../../../../src/documents/encryption-context.ts';
import { inspectFile } from '../../../../src/documents/inspect/inspect-file.ts';
import { parseExpectedCheckValue } from '../../../../src/documents/key-check-value.ts';
import { readEnvelope } from '../../../../src/documents/read-document.ts';
import type { Reader } from '../fuzz.ts';

const FOLDER = new URL('../../../golden/documents/0.1.0/', import.meta.url);

const DOCUMENTS = readdirSync(FOLDER)
  .filter((name) => name !== 'seed.json')
  .map((name) => readFileSync(new URL(name, FOLDER)));

const CONTEXTS = ['{"purpose":"payments"}', '{"a":"1","b":"é","__proto__":"x"}', '{}'];

/** What reads documents, contexts and check values. */
export const DOCUMENT_READERS: readonly Reader[] = [
  {
    name: 'JSON',
    samples: [...DOCUMENTS, '[1,[2,{"a":[{"b":null}]}]]', '{"a":{"a":{"a":"\\u0061"}}}'],
    read: (bytes) => parseJson(bytes.toString(), 'FILE'),
  },
  {
    name: 'exports, backups and bare values',
    samples: DOCUMENTS,
    read: (bytes) => readEnvelope(bytes, 'FILE'),
  },
  {
    name: 'components',
    samples: DOCUMENTS,
    read: (bytes) => readComponentDocument(bytes, 'FILE'),
  },
  { name: 'inspect', samples: DOCUMENTS, read: (bytes) => inspectFile(bytes, 'FILE') },
  {
    name: 'a --context-file',
    samples: CONTEXTS,
    read: (bytes) => joinEncryptionContext([], { text: bytes.toString(), label: 'FILE' }),
  },
  {
    name: '--context',
    samples: ['purpose=payments', 'a=', 'a=b=c', '__proto__=x', 'kmsx:id=00'],
    read: (bytes) => joinEncryptionContext(['a=1', bytes.toString()], undefined),
  },
  {
    name: '--expect-check-value',
    samples: ['ecb:f14d79', 'cmac:150abb258c', 'label:f94f35277e3cfe9613932a8f962a236e', '39935c'],
    read: (bytes) => parseExpectedCheckValue(bytes.toString()),
  },
];
