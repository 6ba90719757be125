import { kmsxError } from '../base/error.ts';
import type { Endpoint } from '../network/endpoint.ts';
import { endpointAt, parseEndpoint } from '../network/endpoint.ts';
import type { Env } from '../base/env.ts';
import { envValue } from '../base/env.ts';
import { isInstanceId, isRegion, likelyGateway, likelyRegion } from '../network/region.ts';
import { strayCharacter } from '../base/text/nearly-right.ts';

/** A KMS that requests can be sent to. */
export interface Gateway extends Endpoint {
  readonly kind: 'public' | 'vpc' | 'instance' | 'local' | 'endpoint';
  /** Where it is known. */
  readonly region?: string;
  /** A dedicated gateway is trusted by its own authority alone, where one is given. */
  readonly onlyCaFile: boolean;
}

/** The user asked for the embedded KMS: it has an address only when it runs (see `localGateway`). */
export interface LocalChoice {
  readonly kind: 'local';
}

export interface GatewayOptions {
  /** The value of `--gateway`. */
  readonly gateway?: string | undefined;
  /** The value of `--endpoint`. */
  readonly endpoint?: string | undefined;
  /** The value of `--region`. */
  readonly region?: string | undefined;
  /** What the document that goes in says of its region. */
  readonly documentRegion?: string | undefined;
  /** The region of the key's ARN. */
  readonly keyRegion?: string | undefined;
  /** The region of the profile (`profileRegion` in credentials.ts). */
  readonly profileRegion?: string | undefined;
  readonly env: Env;
}

/** The region that the embedded KMS says it is in: Alibaba Cloud has none of this name. */
const EMBEDDED_REGION = 'cn-local';

/** The names of dedicated gateways end so. */
const DEDICATED = '.cryptoservice.kms.aliyuncs.com';

interface Chosen {
  readonly name: string;
  readonly gateway?: string;
  readonly endpoint?: string;
}

/**
 * Decides which KMS to talk to, from options and environment; looks at nothing else.
 *
 * `public` (the default) is `kms.REGION.aliyuncs.com`, `vpc` `kms-vpc.REGION.aliyuncs.com`, an id that
 * begins with `kst-` `ID.cryptoservice.kms.aliyuncs.com`. The region is the flag's, else that of the document, of the
 * key's ARN, of `ALIBABA_CLOUD_REGION_ID`, of the profile.
 *
 * The `endpoint_type` of a profile, and `ALIBABA_CLOUD_ENDPOINT_TYPE`, are not looked at: kmsx has
 * `--gateway vpc` and `KMSX_GATEWAY=vpc` for that, and a setting made for another program must not move
 * where a data key is asked for.
 *
 * @throws KmsxError `options-conflict`, `gateway-malformed`, `environment-refused` (`KMSX_GATEWAY=local`),
 * `region-malformed`, `region-missing`, `region-contradicts`, `rehearsal-mixed` (the embedded KMS's region)
 */
export function resolveGateway(options: GatewayOptions): Gateway | LocalChoice {
  const chosen = chooseGateway(options);
  if (chosen.gateway === 'local') return { kind: 'local' };
  const region = chooseRegion(options);
  if (chosen.endpoint !== undefined) {
    const endpoint = parseEndpoint(chosen.endpoint, chosen.name);
    const onlyCaFile = endpoint.host.endsWith(DEDICATED);
    return { ...endpoint, kind: 'endpoint', ...region, onlyCaFile };
  }
  const gateway = chosen.gateway ?? 'public';
  if (isInstanceId(gateway)) {
    const endpoint = endpointAt('https', `${gateway}${DEDICATED}`, undefined);
    return { ...endpoint, kind: 'instance', ...region, onlyCaFile: true };
  }
  if (gateway !== 'public' && gateway !== 'vpc') {
    throw malformedGateway(chosen.name, gateway);
  }
  if (region.region === undefined) {
    throw kmsxError('region-missing', `the ${gateway} gateway needs a region`);
  }
  assertSameRegion(options);
  if (region.region === EMBEDDED_REGION) {
    throw kmsxError(
      'rehearsal-mixed',
      `the region ${EMBEDDED_REGION} is that of the embedded KMS, and the ${gateway} gateway is real`,
      { details: { reason: 'region' } },
    );
  }
  const service = gateway === 'vpc' ? 'kms-vpc' : 'kms';
  const endpoint = endpointAt('https', `${service}.${region.region}.aliyuncs.com`, undefined);
  return { ...endpoint, kind: gateway, ...region, onlyCaFile: false };
}

/**
 * Whether `resolveGateway` would use the region of a profile. Otherwise the profile is not opened, so that a broken
 * one stops only those who need it.
 *
 * @throws KmsxError as `resolveGateway`
 */
export function needsProfileRegion(options: GatewayOptions): boolean {
  const chosen = chooseGateway(options);
  if (chosen.endpoint !== undefined) return false;
  const isShared = [undefined, 'public', 'vpc'].includes(chosen.gateway);
  return isShared && chooseRegion(options).region === undefined;
}

/**
 * The gateway of an embedded KMS that runs.
 *
 * @param url - what it listens on, such as `http://127.0.0.1:40123`
 */
export function localGateway(url: string, region: string): Gateway {
  const endpoint = parseEndpoint(url, 'the embedded KMS');
  return { ...endpoint, kind: 'local', region, onlyCaFile: false };
}

function chooseGateway(options: GatewayOptions): Chosen {
  const { gateway, endpoint, env } = options;
  if (gateway !== undefined && endpoint !== undefined) {
    throw kmsxError('options-conflict', '--gateway and --endpoint exclude each other', {
      hints: ['leave out --gateway or --endpoint'],
    });
  }
  if (gateway !== undefined) return { name: '--gateway', gateway };
  if (endpoint !== undefined) return { name: '--endpoint', endpoint };
  const envGateway = envValue(env, 'KMSX_GATEWAY');
  const envEndpoint = envValue(env, 'KMSX_ENDPOINT');
  if (envGateway !== undefined && envEndpoint !== undefined) {
    throw kmsxError('options-conflict', 'KMSX_GATEWAY and KMSX_ENDPOINT exclude each other', {
      hints: ['leave out KMSX_GATEWAY or KMSX_ENDPOINT'],
    });
  }
  if (envGateway === 'local') {
    throw kmsxError(
      'environment-refused',
      'KMSX_GATEWAY=local is refused: a rehearsal is asked for by the option, each time',
      {
        details: { name: 'KMSX_GATEWAY' },
        hints: ['unset KMSX_GATEWAY, and give --gateway local'],
      },
    );
  }
  if (envGateway !== undefined) return { name: 'KMSX_GATEWAY', gateway: envGateway };
  if (envEndpoint !== undefined) return { name: 'KMSX_ENDPOINT', endpoint: envEndpoint };
  return { name: '--gateway' };
}

function chooseRegion(options: GatewayOptions): { readonly region?: string } {
  const fromEnv = envValue(options.env, 'ALIBABA_CLOUD_REGION_ID');
  if (options.region !== undefined) return { region: checkRegion(options.region, '--region') };
  if (options.documentRegion !== undefined) {
    return { region: checkRegion(options.documentRegion, "the document's Region", TAKE_ORIGINAL) };
  }
  if (options.keyRegion !== undefined) return { region: checkRegion(options.keyRegion, 'the ARN') };
  if (fromEnv !== undefined) return { region: checkRegion(fromEnv, 'ALIBABA_CLOUD_REGION_ID') };
  if (options.profileRegion === undefined) return {};
  return { region: checkRegion(options.profileRegion, 'the region_id of the profile') };
}

function assertSameRegion(options: GatewayOptions): void {
  const { keyRegion } = options;
  const region = options.region ?? options.documentRegion;
  if (region === undefined || keyRegion === undefined || region === keyRegion) return;
  if (options.region === undefined) {
    throw kmsxError(
      'region-contradicts',
      `the document says ${region} and the ARN of the key ${keyRegion}`,
      { hints: ['choose a KMS key of the region where the backup was made'] },
    );
  }
  throw kmsxError(
    'region-contradicts',
    `--region says ${region} and the ARN of the key ${keyRegion}`,
  );
}

const TAKE_ORIGINAL = ['it was changed after it was written: use the original, or give --region'];

function checkRegion(region: string, label: string, hints?: readonly string[]): string {
  if (isRegion(region)) return region;
  const stray = strayCharacter(region);
  const meant = likelyRegion(region);
  throw kmsxError(
    'region-malformed',
    stray === undefined
      ? `${label} is not a region: lower-case letters, digits and hyphens only`
      : `${label} has ${stray} in it`,
    { hints: hints ?? (meant === region ? undefined : [`did you mean ${given(label, meant)}?`]) },
  );
}

function malformedGateway(name: string, gateway: string): Error {
  const stray = strayCharacter(gateway);
  const meant = likelyGateway(gateway);
  return kmsxError(
    'gateway-malformed',
    stray === undefined
      ? `${name} takes public, vpc, local or the id of a KMS instance (kst-…)`
      : `${name} has ${stray} in it`,
    {
      details: { reason: 'gateway' },
      hints: meant === undefined ? undefined : [`did you mean ${given(name, meant)}?`],
    },
  );
}

/** A value as it is given: to an option, to a variable, or else where it was found. */
function given(label: string, value: string): string {
  if (label.startsWith('--')) return `${label} ${value}`;
  return /^[A-Z_]+$/.test(label) ? `${label}=${value}` : value;
}
