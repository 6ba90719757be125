import { DescribeSecretRequest, GetSecretValueRequest } from '@alicloud/kms20160120';
import { SecretBytes } from '../base/secret-bytes.ts';
import { answerFields } from '../answers/fields.ts';
import { factsOf } from '../answers/error-table/table.ts';
import { fieldOf, parseObject, word } from '../answers/json.ts';
import type { Attempts } from './attempts.ts';
import { answerMalformed } from '../answers/errors.ts';
import type { Gateway } from './gateway.ts';
import type { KeyCatalog } from './key-catalog.ts';
import { sdkKeyCatalog } from './key-catalog.ts';
import type {
  DecryptedDataKey,
  DecryptInput,
  DryRunAnswer,
  ExportDataKeyInput,
  ExportedDataKey,
  GenerateAndExportDataKeyInput,
  GeneratedDataKey,
  KmsClient,
  NewSecret,
  ReEncryptedDataKey,
  ReEncryptInput,
  SecretValue,
} from './kms-client.ts';
import {
  createSecretRequest,
  decryptRequest,
  exportRequest,
  generateRequest,
  reEncryptRequest,
} from './requests.ts';
import type { KmsSdkClient } from './official-client.ts';

/** The adapter: plain typed values in, checked plain values out. What callers see is `KmsClient`. */
export class SdkKmsClient implements KmsClient {
  readonly endpoint: string;
  readonly region: string | undefined;
  readonly dryRun: KmsClient['dryRun'];
  readonly keys: KeyCatalog;
  readonly close: () => Promise<void>;
  readonly #sdk: KmsSdkClient;
  readonly #attempts: Attempts;

  constructor(
    sdk: KmsSdkClient,
    attempts: Attempts,
    { url, region }: Gateway,
    close: () => Promise<void>,
  ) {
    this.endpoint = url;
    this.region = region;
    this.close = close;
    this.#sdk = sdk;
    this.#attempts = attempts;
    this.keys = sdkKeyCatalog(sdk, attempts);
    this.dryRun = {
      generateAndExportDataKey: (input) =>
        this.#dryRun('GenerateAndExportDataKey', generateRequest(input).toMap()),
      exportDataKey: (input) => this.#dryRun('ExportDataKey', exportRequest(input).toMap()),
      decrypt: (input) => this.#dryRun('Decrypt', decryptRequest(input).toMap()),
      reEncrypt: (input) => this.#dryRun('ReEncrypt', reEncryptRequest(input).toMap()),
    };
  }

  get isRehearsal(): boolean {
    return this.#attempts.isRehearsal;
  }

  get clockSkewMs(): number | undefined {
    return this.#attempts.clockSkewMs;
  }

  async generateAndExportDataKey(input: GenerateAndExportDataKeyInput): Promise<GeneratedDataKey> {
    const action = 'GenerateAndExportDataKey';
    return this.#attempts.run(action, async () => {
      const answer = await this.#sdk.generateAndExportDataKey(generateRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        ciphertextBlobBase64: fields.base64('CiphertextBlob', answer.ciphertextBlob),
        exportedDataKeyBase64: fields.base64('ExportedDataKey', answer.exportedDataKey),
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
      };
    });
  }

  async exportDataKey(input: ExportDataKeyInput): Promise<ExportedDataKey> {
    const action = 'ExportDataKey';
    return this.#attempts.run(action, async () => {
      const answer = await this.#sdk.exportDataKey(exportRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        exportedDataKeyBase64: fields.base64('ExportedDataKey', answer.exportedDataKey),
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
      };
    });
  }

  async decrypt(input: DecryptInput): Promise<DecryptedDataKey> {
    const action = 'Decrypt';
    return this.#attempts.run(action, async () => {
      const answer = await this.#sdk.decrypt(decryptRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
        plaintext: new SecretBytes(fields.bytes('Plaintext', answer.plaintext)),
      };
    });
  }

  async reEncrypt(input: ReEncryptInput): Promise<ReEncryptedDataKey> {
    const action = 'ReEncrypt';
    return this.#attempts.run(action, async () => {
      const answer = await this.#sdk.reEncrypt(reEncryptRequest(input));
      const fields = answerFields(action, answer.requestId);
      return {
        ciphertextBlobBase64: fields.base64('CiphertextBlob', answer.ciphertextBlob),
        keyId: fields.text('KeyId', answer.keyId),
        keyVersionId: fields.text('KeyVersionId', answer.keyVersionId),
        requestId: fields.requestId,
      };
    });
  }

  async createSecret(secret: NewSecret): Promise<{ readonly requestId: string }> {
    const action = 'CreateSecret';
    return this.#attempts.run(action, async () => {
      const { requestId } = await this.#sdk.createSecret(createSecretRequest(secret));
      return { requestId: answerFields(action, requestId).requestId };
    });
  }

  async describeSecret(name: string): Promise<{ readonly requestId: string }> {
    const action = 'DescribeSecret';
    return this.#attempts.run(action, async () => {
      const { requestId } = await this.#sdk.describeSecret(
        new DescribeSecretRequest({ secretName: name }),
      );
      return { requestId: answerFields(action, requestId).requestId };
    });
  }

  async getSecretValue(name: string): Promise<SecretValue> {
    const action = 'GetSecretValue';
    return this.#attempts.run(action, async () => {
      const answer = await this.#sdk.getSecretValue(
        new GetSecretValueRequest({ secretName: name }),
      );
      const fields = answerFields(action, answer.requestId);
      return {
        text: fields.text('SecretData', answer.secretData),
        versionId: fields.text('VersionId', answer.versionId),
        requestId: fields.requestId,
      };
    });
  }

  async #dryRun(
    action: string,
    parameters: Readonly<Record<string, unknown>>,
  ): Promise<DryRunAnswer> {
    return this.#attempts.run(action, async (exchange): Promise<DryRunAnswer> => {
      const failure = await this.#sdk.call(action, { ...parameters, DryRun: 'true' }).then(
        () => undefined,
        (error: unknown) => ({ error }),
      );
      const body = parseObject(exchange.answer?.body ?? Buffer.alloc(0));
      const requestId = word(fieldOf(body, 'RequestId'));
      const code = word(fieldOf(body, 'Code'));
      if (code !== undefined && factsOf(code, 400).about === 'dry-run') {
        return { wouldSucceed: true, ...(requestId !== undefined && { requestId }) };
      }
      if (failure !== undefined) throw failure.error;
      throw answerMalformed(action, 'a dry run was asked for and it was carried out', requestId);
    });
  }
}
