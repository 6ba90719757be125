import { asymmetricDecrypt } from './asymmetric-decrypt.ts';
import { asymmetricEncrypt } from './asymmetric-encrypt.ts';
import { cancelKeyDeletion } from './cancel-key-deletion.ts';
import { createAlias } from './create-alias.ts';
import { createKeyVersion } from './create-key-version.ts';
import { createKey } from './create-key.ts';
import { createSecret } from './create-secret.ts';
import { decrypt } from './decrypt.ts';
import { deleteAlias } from './delete-alias.ts';
import { deleteKeyMaterial } from './delete-key-material.ts';
import { describeKeyVersion } from './describe-key-version.ts';
import { describeKey } from './describe-key.ts';
import { describeRegions } from './describe-regions.ts';
import { describeSecret } from './describe-secret.ts';
import { disableKey } from './disable-key.ts';
import { enableKey } from './enable-key.ts';
import { encrypt } from './encrypt.ts';
import { exportDataKeyOperation } from './export-data-key.ts';
import { generateAndExportDataKey } from './generate-and-export-data-key.ts';
import { generateDataKeyWithoutPlaintext } from './generate-data-key-without-plaintext.ts';
import { generateDataKey } from './generate-data-key.ts';
import { getParametersForImport } from './get-parameters-for-import.ts';
import { getPublicKey } from './get-public-key.ts';
import { getSecretValue } from './get-secret-value.ts';
import { importKeyMaterial } from './import-key-material.ts';
import { listAliasesByKeyId } from './list-aliases-by-key-id.ts';
import { listAliases } from './list-aliases.ts';
import { listKeyVersions } from './list-key-versions.ts';
import { listKeys } from './list-keys.ts';
import { listSecrets } from './list-secrets.ts';
import type { Operation } from './operation.ts';
import { putSecretValue } from './put-secret-value.ts';
import { reEncrypt } from './re-encrypt.ts';
import { scheduleKeyDeletion } from './schedule-key-deletion.ts';
import { updateAlias } from './update-alias.ts';

/** The operations that this server offers, by name on the wire. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  [
    asymmetricDecrypt,
    asymmetricEncrypt,
    cancelKeyDeletion,
    createAlias,
    createKey,
    createKeyVersion,
    createSecret,
    decrypt,
    deleteAlias,
    deleteKeyMaterial,
    describeKey,
    describeKeyVersion,
    describeRegions,
    describeSecret,
    disableKey,
    enableKey,
    encrypt,
    exportDataKeyOperation,
    generateAndExportDataKey,
    generateDataKey,
    generateDataKeyWithoutPlaintext,
    getParametersForImport,
    getPublicKey,
    getSecretValue,
    importKeyMaterial,
    listAliases,
    listAliasesByKeyId,
    listKeyVersions,
    listKeys,
    listSecrets,
    putSecretValue,
    reEncrypt,
    scheduleKeyDeletion,
    updateAlias,
  ].map((operation) => [operation.action, operation]),
);
