import { createAlias } from './create-alias.ts';
import { createKey } from './create-key.ts';
import { decrypt } from './decrypt.ts';
import { describeKey } from './describe-key.ts';
import { encrypt } from './encrypt.ts';
import { exportDataKeyOperation } from './export-data-key.ts';
import { generateAndExportDataKey } from './generate-and-export-data-key.ts';
import { generateDataKeyWithoutPlaintext } from './generate-data-key-without-plaintext.ts';
import { generateDataKey } from './generate-data-key.ts';
import { getPublicKey } from './get-public-key.ts';
import { listAliases } from './list-aliases.ts';
import { listKeyVersions } from './list-key-versions.ts';
import { listKeys } from './list-keys.ts';
import type { Operation } from './operation.ts';

/** The operations that this server offers, by name on the wire. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [
    createAlias,
    createKey,
    decrypt,
    describeKey,
    encrypt,
    exportDataKeyOperation,
    generateAndExportDataKey,
    generateDataKey,
    generateDataKeyWithoutPlaintext,
    getPublicKey,
    listAliases,
    listKeyVersions,
    listKeys,
  ].map((operation) => [operation.action, operation]),
);
