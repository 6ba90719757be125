import { shellWord } from '../base/text/shell-word.ts';
import type { Env } from '../base/env.ts';
import { envValue } from '../base/env.ts';
import type { LocalKmsAnnouncement } from './start-local-kms.ts';

/** What could lead a client to a real account, or past the embedded KMS. */
const WITHHELD =
  /^(?:ALIBABA_?CLOUD_|ALICLOUD_|ALIYUN_|OSS_ACCESS_KEY_|(?:ACCESS_KEY(?:_ID|_SECRET)?|SECURITY_TOKEN|KMSX_(?:GATEWAY|ENDPOINT|CA_FILE|STORE))$)/;

/** Each name's variables of a client of the embedded KMS. */
function clientVariables(
  announcement: LocalKmsAnnouncement,
): readonly (readonly [name: string, value: string])[] {
  const { Endpoint, Region, AccessKeyId, AccessKeySecret, CaFile } = announcement;
  return [
    ['KMSX_ENDPOINT', Endpoint],
    ...(CaFile === undefined ? [] : [['KMSX_CA_FILE', CaFile] as const]),
    ['ALIBABA_CLOUD_REGION_ID', Region],
    ['ALIBABA_CLOUD_ACCESS_KEY_ID', AccessKeyId],
    ['ALIBABA_CLOUD_ACCESS_KEY_SECRET', AccessKeySecret],
  ];
}

/** Lines of a POSIX shell that set those variables. */
export function exportLines(announcement: LocalKmsAnnouncement): readonly string[] {
  return clientVariables(announcement).map(([name, value]) => `export ${name}=${shellWord(value)}`);
}

/**
 * The environment of a command that is to reach the embedded KMS and no real account: without whatever names another
 * one, with the profiles and the instance metadata turned off, and loopback never through a proxy. `KMSX_LOCAL_KMS` has
 * the announcement as JSON.
 */
export function commandEnvironment(
  announcement: LocalKmsAnnouncement,
  env: Env,
): Record<string, string> {
  const kept = Object.entries(env).filter(
    (entry): entry is [string, string] => entry[1] !== undefined && !WITHHELD.test(entry[0]),
  );
  const given = envValue(env, 'NO_PROXY') ?? envValue(env, 'no_proxy');
  const loopback = '127.0.0.1,localhost,::1';
  // curl takes * for every host where nothing else is listed.
  const noProxy = given === undefined ? loopback : given === '*' ? given : `${given},${loopback}`;
  return {
    ...Object.fromEntries(kept),
    ...Object.fromEntries(clientVariables(announcement)),
    KMSX_LOCAL_KMS: JSON.stringify(announcement),
    ALIBABA_CLOUD_IGNORE_PROFILE: 'TRUE',
    ALIBABA_CLOUD_CLI_PROFILE_DISABLED: 'true',
    ALIBABA_CLOUD_ECS_METADATA_DISABLED: 'true',
    NO_PROXY: noProxy,
    no_proxy: noProxy,
  };
}
