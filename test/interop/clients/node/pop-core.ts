/* Drives @alicloud/pop-core: HMAC-SHA1, parameters in the query (GET) or in the form (POST). */
import { createRequire } from 'node:module';
import RpcClient from '@alicloud/pop-core';
import type { DrivenClient } from './serve-driver.ts';
import { serveDriver } from './serve-driver.ts';
import type { Configuration, Reply } from '../protocol.ts';
import { repeatedParameters } from '../repeated-parameters.ts';

const [method = 'POST'] = process.argv.slice(2);
const { version } = createRequire(import.meta.url)('@alicloud/pop-core/package.json') as {
  version: string;
};

/** What its errors carry. */
interface PopCoreError {
  readonly code?: string;
  readonly data?: { readonly Message?: string };
  readonly entry?: { readonly response?: { readonly statusCode?: number } };
}

function makeClient(configuration: Configuration): DrivenClient {
  const { protocol, endpoint, accessKeyId, accessKeySecret, securityToken } = configuration;
  const client = new RpcClient({
    endpoint: `${protocol.toLowerCase()}://${endpoint}`,
    apiVersion: '2016-01-20',
    accessKeyId,
    accessKeySecret,
    ...(securityToken === undefined ? {} : { securityToken }),
  });
  return {
    introduction: { client: '@alicloud/pop-core', version, operations: ['*'] },
    call: async ({ action, parameters }) => {
      try {
        const body = await client.request<Record<string, unknown>>(
          action,
          repeatedParameters(parameters),
          { method, timeout: 60_000 },
        );
        return { ok: true, body };
      } catch (error) {
        return refused(error as PopCoreError);
      }
    },
  };
}

function refused(error: PopCoreError): Reply {
  const httpStatus = error.entry?.response?.statusCode;
  if (error.code === undefined || httpStatus === undefined) throw error as Error;
  return { ok: false, code: error.code, httpStatus, message: error.data?.Message ?? '' };
}

await serveDriver(makeClient);
