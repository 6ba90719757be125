import { hasCode, kmsxError } from '../base/error.ts';
import { parseEndpoint } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import { isRegion } from '../network/region.ts';
import { isOn, variable } from './variables.ts';

/** Reads one setting of a profile or file; undefined if it is not set. */
export type Setting = (name: string) => string | undefined;

/**
 * The STS endpoint: `sts_endpoint`, otherwise `sts.REGION.aliyuncs.com` for `sts_region` or
 * `ALIBABA_CLOUD_STS_REGION` (`sts-vpc.` with `ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED=true`), otherwise
 * `sts.aliyuncs.com`. It is always reached over https.
 *
 * @returns HOST[:PORT]
 * @throws KmsxError `gateway-malformed`, `region-malformed`
 */
export function stsEndpoint(setting: Setting, env: Env, label: string): string {
  const endpoint = setting('sts_endpoint');
  if (endpoint !== undefined) {
    return ownEndpoint(endpoint, label);
  }
  const region = setting('sts_region') ?? variable(env, 'ALIBABA_CLOUD_STS_REGION');
  if (region === undefined) return 'sts.aliyuncs.com';
  if (!isRegion(region)) {
    throw kmsxError('region-malformed', `the STS region of ${label} is malformed`);
  }
  const service = isOn(env, 'ALIBABA_CLOUD_VPC_ENDPOINT_ENABLED') ? 'sts-vpc' : 'sts';
  return `${service}.${region}.aliyuncs.com`;
}

function ownEndpoint(text: string, label: string): string {
  const hint = `sts_endpoint of ${label} takes HOST[:PORT], as in sts.cn-hangzhou.aliyuncs.com; without it, sts_region or ALIBABA_CLOUD_STS_REGION chooses the endpoint`;
  if (/^http:/i.test(text)) {
    throw kmsxError(
      'gateway-malformed',
      `sts_endpoint of ${label} has http://, but STS is reached over https only`,
      { details: { reason: 'http' }, hints: [hint] },
    );
  }
  try {
    return parseEndpoint(text, `sts_endpoint of ${label}`).url.slice('https://'.length);
  } catch (error) {
    if (!hasCode(error, 'gateway-malformed')) throw error;
    throw error.with({ hints: error.hints ?? [hint] });
  }
}
