/* Drives kms.sh: driver.ts KMS_SH SIGNATURE METHOD PLACE_OF_THE_PARAMETERS */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { DrivenClient } from '../node/serve-driver.ts';
import { serveDriver } from '../node/serve-driver.ts';
import type { Body, Configuration } from '../protocol.ts';
import { repeatedParameters } from '../repeated-parameters.ts';

const [script = '', signature = '', method = '', parametersIn = ''] = process.argv.slice(2);
const run = promisify(execFile);

function makeClient(configuration: Configuration): DrivenClient {
  const { protocol, endpoint, caFile, accessKeyId, accessKeySecret, securityToken } = configuration;
  const env = {
    PATH: process.env['PATH'],
    KMS_ENDPOINT: `${protocol.toLowerCase()}://${endpoint}`,
    KMS_ACCESS_KEY_ID: accessKeyId,
    KMS_ACCESS_KEY_SECRET: accessKeySecret,
    KMS_SECURITY_TOKEN: securityToken ?? '',
    KMS_SIGNATURE: signature,
    KMS_METHOD: method,
    KMS_PARAMETERS_IN: parametersIn,
    KMS_CA_FILE: caFile ?? '',
  };
  return {
    introduction: { client: 'curl and openssl', version: '', operations: ['*'] },
    call: async ({ action, parameters }) => {
      const pairs = Object.entries(repeatedParameters(parameters)).map(
        ([name, value]) => `${name}=${String(value)}`,
      );
      const { stdout } = await run('sh', [script, action, ...pairs], { env });
      const lines = stdout.split('\n');
      const httpStatus = Number(lines.pop());
      const body = JSON.parse(lines.join('\n')) as Body & { Code?: string; Message?: string };
      if (httpStatus === 200) return { ok: true, body };
      return { ok: false, code: body.Code ?? '', httpStatus, message: body.Message ?? '' };
    },
  };
}

await serveDriver(makeClient);
