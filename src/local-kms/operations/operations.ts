import {
  createAlias,
  deleteAlias,
  listAliases,
  listAliasesByKeyId,
  updateAlias,
} from './aliases.ts';
import { asymmetricDecrypt, asymmetricEncrypt, getPublicKey } from './asymmetric.ts';
import { createKey } from './keys/create-key.ts';
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
import { createKeyVersion, describeKeyVersion, listKeyVersions } from './keys/key-versions.ts';
import { getKeyPolicy, setKeyPolicy } from './keys/key-policies.ts';
import {
  setDeletionProtection,
  updateKeyDescription,
  updateRotationPolicy,
} from './keys/key-settings.ts';
import {
  cancelKeyDeletion,
  describeKey,
  describeRegions,
  disableKey,
  enableKey,
  listKeys,
  scheduleKeyDeletion,
} from './keys/keys.ts';
import type { OperationHandler, ServedOperation } from './operation.ts';
import { listTagResources, tagResources, untagResources } from './tags/resource-tags.ts';
import { deleteSecret, restoreSecret } from './secrets/secret-deletion.ts';
import { listSecretVersionIds, updateSecretVersionStage } from './secrets/secret-versions.ts';
import {
  createSecret,
  describeSecret,
  getSecretValue,
  listSecrets,
  putSecretValue,
  updateSecret,
} from './secrets/secrets.ts';
import { listResourceTags, tagResource, untagResource } from './tags/tags.ts';

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
  DeleteSecret: deleteSecret,
  DescribeKey: describeKey,
  DescribeKeyVersion: describeKeyVersion,
  DescribeRegions: describeRegions,
  DescribeSecret: describeSecret,
  DisableKey: disableKey,
  EnableKey: enableKey,
  GetKeyPolicy: getKeyPolicy,
  GetParametersForImport: getParametersForImport,
  ImportKeyMaterial: importKeyMaterial,
  ListAliases: listAliases,
  ListAliasesByKeyId: listAliasesByKeyId,
  ListKeyVersions: listKeyVersions,
  ListKeys: listKeys,
  ListResourceTags: listResourceTags,
  ListSecretVersionIds: listSecretVersionIds,
  ListSecrets: listSecrets,
  ListTagResources: listTagResources,
  PutSecretValue: putSecretValue,
  RestoreSecret: restoreSecret,
  ScheduleKeyDeletion: scheduleKeyDeletion,
  SetDeletionProtection: setDeletionProtection,
  SetKeyPolicy: setKeyPolicy,
  TagResource: tagResource,
  TagResources: tagResources,
  UntagResource: untagResource,
  UntagResources: untagResources,
  UpdateAlias: updateAlias,
  UpdateKeyDescription: updateKeyDescription,
  UpdateRotationPolicy: updateRotationPolicy,
  UpdateSecret: updateSecret,
  UpdateSecretVersionStage: updateSecretVersionStage,
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
