/* Drives @alicloud/openapi-client: callApi, with the signature algorithm of the configuration. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import openApi, { Config, OpenApiRequest, Params } from '@alicloud/openapi-client';
import { Model } from '@alicloud/tea-typescript';
import type { DrivenClient } from './serve-driver.ts';
import { serveDriver } from './serve-driver.ts';
import type { Configuration, Parameters, Reply } from '../protocol.ts';
import { repeatedParameters } from '../repeated-parameters.ts';

const { version } = createRequire(import.meta.url)('@alicloud/openapi-client/package.json') as {
  version: string;
};

/** Without the option autoretry it makes one attempt. */
const NO_RUNTIME_OPTIONS: Readonly<Model> = new Model();

/** What its errors carry. */
interface OpenApiError {
  readonly code?: string;
  readonly statusCode?: number;
  readonly data?: { readonly Code?: string; readonly Message?: string; statusCode?: number };
}

function makeClient({ caFile, ...configuration }: Configuration): DrivenClient {
  const { region, ...common } = configuration;
  const client = new openApi.default(
    new Config({
      ...common,
      regionId: region,
      // Each has a default of its own, of a few seconds, and the one for connecting counts the answer too.
      connectTimeout: 60_000,
      readTimeout: 60_000,
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile, 'utf8') }),
    }),
  );
  return {
    introduction: { client: '@alicloud/openapi-client', version, operations: ['*'] },
    call: async ({ action, parameters }) => {
      try {
        const answer = await client.callApi(
          new Params({
            action,
            version: '2016-01-20',
            protocol: common.protocol,
            pathname: '/',
            method: 'POST',
            authType: 'AK',
            style: 'RPC',
            reqBodyType: 'formData',
            bodyType: 'json',
          }),
          new OpenApiRequest({ query: asTexts(repeatedParameters(parameters)) }),
          NO_RUNTIME_OPTIONS,
        );
        return { ok: true, body: answer['body'] as Record<string, unknown> };
      } catch (error) {
        return refused(error as OpenApiError);
      }
    },
  };
}

function asTexts(parameters: Parameters): Record<string, string> {
  return Object.fromEntries(
    Object.entries(parameters).map(([name, value]) => [name, String(value)]),
  );
}

function refused(error: OpenApiError): Reply {
  const { data } = error;
  if (data?.Code === undefined) throw error as Error;
  const httpStatus = error.statusCode ?? data.statusCode;
  return {
    ok: false,
    code: data.Code,
    ...(httpStatus === undefined ? {} : { httpStatus }),
    message: data.Message ?? '',
  };
}

await serveDriver(makeClient);
