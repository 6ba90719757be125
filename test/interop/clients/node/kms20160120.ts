/* Drives @alicloud/kms20160120 by its own typed operations, which it finds by name: HMAC-SHA1, parameters in the query. */
import { createRequire } from 'node:module';
import * as sdk from '@alicloud/kms20160120';
import { Config } from '@alicloud/openapi-client';
import type { DrivenClient } from './serve-driver.ts';
import { serveDriver } from './serve-driver.ts';
import type { Body, Configuration, Reply, Request } from '../protocol.ts';

const { version } = createRequire(import.meta.url)('@alicloud/kms20160120/package.json') as {
  version: string;
};

interface Model {
  toMap(): Body;
}
interface ModelClass {
  new (values: Readonly<Record<string, unknown>>): Model;
  /** The names on the wire, by property. */
  names(): Readonly<Record<string, string>>;
}
type Operation = (request: Model) => Promise<Model>;

const models = sdk as unknown as Readonly<Record<string, ModelClass | undefined>>;
const OPERATIONS = Object.getOwnPropertyNames(sdk.default.default.prototype)
  .filter((name) => models[`${pascalCase(name)}Request`] !== undefined)
  .map(pascalCase);

/** What its errors carry: the status stands in the message alone. */
interface SdkError {
  readonly message: string;
  readonly data?: { readonly Code?: string; readonly Message?: string };
}

function makeClient(configuration: Configuration): DrivenClient {
  const { protocol, endpoint, region, accessKeyId, accessKeySecret, securityToken } = configuration;
  // Newer than the class that this client knows, and all that it reads.
  const config: Readonly<Config> = new Config({
    protocol: protocol.toLowerCase(),
    endpoint,
    regionId: region,
    accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
    // Each has a default of its own, of a few seconds, and the one for connecting counts the answer too.
    connectTimeout: 60_000,
    readTimeout: 60_000,
  });
  const client = new sdk.default.default(config);
  return {
    introduction: { client: '@alicloud/kms20160120', version, operations: OPERATIONS },
    call: async (request) => {
      const typed = typedRequest(request);
      if (typed === undefined) return { notOffered: true };
      const operations = client as unknown as Readonly<Record<string, Operation | undefined>>;
      try {
        const response = await operations[camelCase(request.action)]?.call(client, typed);
        return response === undefined ? { notOffered: true } : { ok: true, body: response.toMap() };
      } catch (error) {
        return refused(error as SdkError);
      }
    },
  };
}

/** The client's own request; undefined where it lacks the operation or one of the parameters. */
function typedRequest({ action, parameters }: Request): Model | undefined {
  const modelClass = models[`${action}Request`];
  if (modelClass === undefined) return undefined;
  const properties = new Map(
    Object.entries(modelClass.names()).map(([name, wire]) => [wire, name]),
  );
  const values: Record<string, unknown> = {};
  for (const [wire, value] of Object.entries(parameters)) {
    const property = properties.get(wire);
    if (property === undefined) return undefined;
    values[property] = value;
  }
  return new modelClass(values);
}

function refused(error: SdkError): Reply {
  const status = /code: (\d{3}), /.exec(error.message)?.[1];
  if (error.data?.Code === undefined || status === undefined) throw error as unknown as Error;
  const { Code: code, Message: message = '' } = error.data;
  return { ok: false, code, httpStatus: Number(status), message };
}

function pascalCase(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function camelCase(name: string): string {
  return name.slice(0, 1).toLowerCase() + name.slice(1);
}

await serveDriver(makeClient);
