import {
  createAlias,
  deleteAlias,
  listAliases,
  listAliasesByKeyId,
  updateAlias,
} from './aliases.ts';
import { asymmetricDecrypt, asymmetricEncrypt, getPublicKey } from './asymmetric.ts';
import { createKey } from './create-key.ts';
import {
  decrypt,
  encrypt,
  exportDataKey,
  generateAndExportDataKey,
  generateDataKey,
  generateDataKeyWithoutPlaintext,
  reEncrypt,
} from './data-keys.ts';
import { deleteKeyMaterial, getParametersForImport, importKeyMaterial } from './import.ts';
import { createKeyVersion, describeKeyVersion, listKeyVersions } from './key-versions.ts';
import {
  cancelKeyDeletion,
  describeKey,
  describeRegions,
  disableKey,
  enableKey,
  listKeys,
  scheduleKeyDeletion,
} from './keys.ts';
import type { OperationHandler, ServedOperation } from './operation.ts';
import {
  createSecret,
  describeSecret,
  getSecretValue,
  listSecrets,
  putSecretValue,
} from './secrets.ts';

/** They accept DryRun, and dedicated gateways offer them and no others. */
const CRYPTOGRAPHY: Readonly<Record<string, OperationHandler>> = {
  AsymmetricDecrypt: asymmetricDecrypt,
  AsymmetricEncrypt: asymmetricEncrypt,
  Decrypt: decrypt,
  Encrypt: encrypt,
  ExportDataKey: exportDataKey,
  GenerateAndExportDataKey: generateAndExportDataKey,
  GenerateDataKey: generateDataKey,
  GenerateDataKeyWithoutPlaintext: generateDataKeyWithoutPlaintext,
  GetPublicKey: getPublicKey,
  GetSecretValue: getSecretValue,
};

const MANAGEMENT: Readonly<Record<string, OperationHandler>> = {
  CancelKeyDeletion: cancelKeyDeletion,
  CreateAlias: createAlias,
  CreateKey: createKey,
  CreateKeyVersion: createKeyVersion,
  CreateSecret: createSecret,
  DeleteAlias: deleteAlias,
  DeleteKeyMaterial: deleteKeyMaterial,
  DescribeKey: describeKey,
  DescribeKeyVersion: describeKeyVersion,
  DescribeRegions: describeRegions,
  DescribeSecret: describeSecret,
  DisableKey: disableKey,
  EnableKey: enableKey,
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  ListAliases: listAliases,
  ListAliasesByKeyId: listAliasesByKeyId,
  ListKeyVersions: listKeyVersions,
  ListKeys: listKeys,
  ListSecrets: listSecrets,
  PutSecretValue: putSecretValue,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  UpdateAlias: updateAlias,
};

/** The operations that this server offers, by their name on the wire. */
export const OPERATIONS: ReadonlyMap<string, ServedOperation> = new Map([
  ...rows(CRYPTOGRAPHY, true, true),
  ...rows({ ReEncrypt: reEncrypt }, true, false),
  ...rows(MANAGEMENT, false, false),
]);

function rows(
  handlers: Readonly<Record<string, OperationHandler>>,
  takesDryRun: boolean,
  onDedicatedGateway: boolean,
): (readonly [action: string, operation: ServedOperation])[] {
  return Object.entries(handlers).map(
    ([action, run]) => [action, { run, takesDryRun, onDedicatedGateway }] as const,
  );
}
