import kmsSdk from '@alicloud/kms20160120';
import type { Config } from '@alicloud/openapi-client';
import openApiSdk, { OpenApiRequest } from '@alicloud/openapi-client';
import { cast, Model, toMap } from '@alicloud/tea-typescript';
import { isJsonObject } from '../base/json.ts';
import { answerMalformed } from '../answers/errors.ts';
import type {
  ExportDataKeyRequest,
  GenerateAndExportDataKeyRequest,
  ReEncryptRequest,
} from './operations.ts';
import {
  ExportDataKeyResponse,
  GenerateAndExportDataKeyResponse,
  ReEncryptResponse,
} from './operations.ts';
import { rpcParams } from '../network/rpc-params.ts';

const API_VERSION = '2016-01-20';

/**
 * The longest query that is sent in the URL, in characters. KMS's metadata places every parameter there; an
 * encryption context of 8,192 characters would make a URL longer than servers take, and goes into the form
 * body with all other parameters: the gateway reads both (KMS documentation, "Call method").
 */
const MAX_QUERY_CHARACTERS = 4096;

/** Fields of answers that are text. The SDK would take a number for one. */
const TEXT_FIELDS = [
  'CiphertextBlob',
  'ExportedDataKey',
  'KeyId',
  'KeyVersionId',
  'Plaintext',
  'RequestId',
  'SecretData',
];

type CallParameters = Readonly<Record<string, unknown>>;

/** Time-outs, proxies and attempts are the transport's and the caller's affair. */
const NO_RUNTIME_OPTIONS: Readonly<Model> = new Model();

type OpenApiClient = InstanceType<typeof openApiSdk.default>;

/**
 * The official KMS client, with the signature of today (ACS3-HMAC-SHA256 in place of HMAC-SHA1) and the
 * operations that came after it. The official class was generated in 2020; all its operations go through
 * `doRequest`, which here sends through the openapi-client package. Typed operations of the class work
 * unchanged. It makes one attempt a call and throws the SDK's own errors.
 */
export class KmsSdkClient extends kmsSdk.default {
  readonly #openApi: OpenApiClient;

  /** @param config - `endpoint` (HOST[:PORT]), `protocol` and `credential` are needed */
  constructor(config: Readonly<Config>) {
    super(config);
    this.#openApi = new openApiSdk.default(config);
  }

  async generateAndExportDataKey(
    request: GenerateAndExportDataKeyRequest,
  ): Promise<GenerateAndExportDataKeyResponse> {
    const answer = await this.call('GenerateAndExportDataKey', toMap(request) as CallParameters);
    return cast(answer, new GenerateAndExportDataKeyResponse());
  }

  async exportDataKey(request: ExportDataKeyRequest): Promise<ExportDataKeyResponse> {
    const answer = await this.call('ExportDataKey', toMap(request) as CallParameters);
    return cast(answer, new ExportDataKeyResponse());
  }

  async reEncrypt(request: ReEncryptRequest): Promise<ReEncryptResponse> {
    const answer = await this.call('ReEncrypt', toMap(request) as CallParameters);
    return cast(answer, new ReEncryptResponse());
  }

  override async doRequest(
    action: string,
    _protocol: string,
    _method: string,
    _version: string,
    _authType: string,
    query: CallParameters | null,
    body: CallParameters | null,
  ): Promise<Readonly<Record<string, unknown>>> {
    return this.call(action, { ...query, ...body });
  }

  /** Calls an operation by its name, with the parameters' own names, and returns the answer's JSON object. */
  async call(
    action: string,
    parameters: CallParameters,
  ): Promise<Readonly<Record<string, unknown>>> {
    const flat = flatten(parameters);
    const inBody = new URLSearchParams(flat).toString().length > MAX_QUERY_CHARACTERS;
    const answer: unknown = await this.#openApi.callApi(
      rpcParams(action, API_VERSION),
      new OpenApiRequest(inBody ? { body: flat } : { query: flat }),
      NO_RUNTIME_OPTIONS,
    );
    const answerBody = isJsonObject(answer) ? answer['body'] : undefined;
    if (!isJsonObject(answerBody)) throw answerMalformed(action, 'it is no JSON object');
    for (const name of TEXT_FIELDS) {
      const value = answerBody[name];
      if (value !== undefined && typeof value !== 'string') {
        throw answerMalformed(action, `${name} is no text`);
      }
    }
    return answerBody;
  }
}

/** Parameters as KMS takes them: text, and an object (EncryptionContext) as one JSON text. */
function flatten(parameters: CallParameters): Record<string, string> {
  const entries: [string, string][] = [];
  for (const [name, value] of Object.entries(parameters)) {
    if (value === undefined || value === null) continue;
    entries.push([name, typeof value === 'string' ? value : JSON.stringify(value)]);
  }
  return Object.fromEntries(entries);
}
