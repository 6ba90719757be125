import kmsSdk from '@alicloud/kms20160120';
import type { Config } from '@alicloud/openapi-client';
import openApiSdk, { OpenApiRequest } from '@alicloud/openapi-client';
import { Model } from '@alicloud/tea-typescript';
import { answerMalformed } from '../answers/errors.ts';
import type { JsonObject } from '../base/json.ts';
import { isJsonObject } from '../base/json.ts';
import { rpcParams } from '../network/rpc-params.ts';

const API_VERSION = '2016-01-20';

/**
 * The longest query that is sent in the URL, in characters. KMS's metadata places every parameter there; an
 * encryption context of 8,192 characters would make a URL longer than servers take, and goes into the form
 * body with all other parameters: the gateway reads both (KMS documentation, "Call method").
 */
const MAX_QUERY_CHARACTERS = 4096;

/** Time-outs, proxies and attempts belong to the transport and to `Attempts`. */
const NO_RUNTIME_OPTIONS: Readonly<Model> = new Model();

type OpenApiClient = InstanceType<typeof openApiSdk.default>;

/**
 * The official KMS client, with today's signature (ACS3-HMAC-SHA256 in place of HMAC-SHA1). The official class was
 * generated in 2020 and lacks newer operations; all of its own go through `doRequest`, which here sends through the
 * openapi-client package, as every operation of kmsx does. A call is one attempt and throws the SDK's own errors.
 */
export class OfficialClient extends kmsSdk.default {
  readonly #openApi: OpenApiClient;

  /** @param config - `endpoint` (HOST[:PORT]), `protocol` and `credential` are needed */
  constructor(config: Readonly<Config>) {
    super(config);
    this.#openApi = new openApiSdk.default(config);
  }

  /**
   * Calls an operation by KMS's names of it and its parameters, and returns the answer's JSON object.
   *
   * @param headers - added to those of the request
   */
  async call(
    action: string,
    parameters: JsonObject,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<JsonObject> {
    return await this.#send(action, API_VERSION, asText(parameters), headers);
  }

  override async doRequest(
    action: string,
    _protocol: string,
    _method: string,
    version: string,
    _authType: string,
    query: JsonObject | null,
    body: JsonObject | null,
  ): Promise<JsonObject> {
    return await this.#send(action, version, asText({ ...query, ...body }), {});
  }

  async #send(
    action: string,
    version: string,
    parameters: Record<string, string>,
    headers: Readonly<Record<string, string>>,
  ): Promise<JsonObject> {
    const isLong = new URLSearchParams(parameters).toString().length > MAX_QUERY_CHARACTERS;
    const answer: unknown = await this.#openApi.callApi(
      rpcParams(action, version),
      new OpenApiRequest({ headers, ...(isLong ? { body: parameters } : { query: parameters }) }),
      NO_RUNTIME_OPTIONS,
    );
    const answerBody = isJsonObject(answer) ? answer['body'] : undefined;
    if (!isJsonObject(answerBody)) throw answerMalformed(action, 'it is not a JSON object');
    return answerBody;
  }
}

/** Parameters as KMS takes them: text, and an object (EncryptionContext) as one JSON text. */
function asText(parameters: JsonObject): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)]),
  );
}
