import type { Announcement } from '../kmsx.ts';
import { signWith } from './signers.ts';

/** Calls a running `kmsx local-kms` by hand, with its own access key; what it refuses is an error with its answer. */
export async function signedCall(
  { Endpoint, AccessKeyId: accessKeyId, AccessKeySecret: accessKeySecret }: Announcement,
  action: string,
  query: Readonly<Record<string, string>> = {},
): Promise<Readonly<Record<string, unknown>>> {
  const { host } = new URL(Endpoint);
  const request = signWith('ACS3-HMAC-SHA256', {
    action,
    query,
    accessKeyId,
    accessKeySecret,
    headers: { host },
  });
  const { method, path, headers } = request;
  const answer = await fetch(`${Endpoint}${path}`, { method, headers });
  const body = (await answer.json()) as Readonly<Record<string, unknown>>;
  if (answer.status !== 200) throw new Error(`${action}: ${JSON.stringify(body)}`);
  return body;
}
