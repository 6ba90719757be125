import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import type { AccessKey } from '../../../src/local-kms/state/state.ts';

export interface MetadataOptions {
  /** The RAM role of the instance; it has none without. */
  readonly role?: string;
  /** `both` (the default), or only one of the two: with a token, or without. */
  readonly versions?: 'both' | 'v1' | 'v2';
  /** The request for a token is never answered: its answer does not come through. */
  readonly losesTokens?: boolean;
  readonly expiresAt?: Date;
}

/** What is looked at of a request. */
export interface MetadataRequest {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
}

const TOKEN = 'canary-metadata-token';
const ROLES = '/latest/meta-data/ram/security-credentials/';

/** Answers as the metadata service of an instance (100.100.100.200) does. */
export class Metadata {
  readonly key: AccessKey;
  readonly #options: MetadataOptions;

  constructor(options: MetadataOptions) {
    this.#options = options;
    const { role = 'none', expiresAt = new Date(Date.now() + 6 * 3_600_000) } = options;
    this.key = {
      accessKeyId: 'STS.instance',
      accessKeySecret: 'canary-instance-secret',
      accountId: '1234567890123456',
      status: 'Active',
      userName: `${role}:i-instance`,
      securityToken: { token: 'canary-instance-token', expiresAt },
    };
  }

  answer({ method, url, headers }: MetadataRequest, response: ServerResponse): void {
    const { role, versions = 'both', losesTokens = false } = this.#options;
    if (url.pathname === '/latest/api/token') {
      if (losesTokens) return;
      const hasLifetime = headers['x-aliyun-ecs-metadata-token-ttl-seconds'] !== undefined;
      if (method !== 'PUT' || !hasLifetime || versions === 'v1') response.writeHead(404).end();
      else response.end(TOKEN);
      return;
    }
    const token = headers['x-aliyun-ecs-metadata-token'];
    const mayAsk = token === undefined ? versions !== 'v2' : token === TOKEN;
    if (method !== 'GET' || !mayAsk) response.writeHead(403).end('Forbidden');
    else if (role !== undefined && url.pathname === ROLES) response.end(role);
    else if (role !== undefined && url.pathname === ROLES + role)
      response.end(JSON.stringify(this.#session()));
    else response.writeHead(404).end('<html>404 - Not Found</html>');
  }

  #session(): object {
    const { accessKeyId, accessKeySecret, securityToken } = this.key;
    return {
      Code: 'Success',
      AccessKeyId: accessKeyId,
      AccessKeySecret: accessKeySecret,
      SecurityToken: securityToken?.token,
      Expiration: securityToken?.expiresAt.toISOString().replace(/\.\d+Z$/, 'Z'),
      LastUpdated: '2026-11-23T08:00:00Z',
    };
  }
}
