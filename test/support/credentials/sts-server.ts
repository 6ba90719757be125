import type { ServerResponse } from 'node:http';
import { KmsRefusal, refusal } from '../../../src/local-kms/refusal.ts';
import { readRpcRequest, requestedAction } from '../../../src/local-kms/request/rpc-request.ts';
import { authenticate } from '../../../src/local-kms/signatures/authenticate.ts';
import { NonceMemory } from '../../../src/local-kms/signatures/nonce-memory.ts';
import type { AccessKey } from '../../../src/local-kms/state/state.ts';
import type { CertificateName, RecordedRequest, TestServer } from '../network/servers.ts';
import { json, startServer } from '../network/servers.ts';

export const ACCOUNT_ID = '1234567890123456';

/** The access key that an STS of a test knows if no others are named. */
export const KNOWN_KEY: AccessKey = {
  accessKeyId: 'LTAI5tKnownAccessKey',
  accessKeySecret: 'canary-known-secret-0123456789',
  accountId: ACCOUNT_ID,
  status: 'Active',
  userName: 'alice',
};

export interface StsOptions {
  readonly accessKeys?: readonly AccessKey[];
  /** `sts` for the name sts.aliyuncs.com (the default), `localhost` for the address that `endpoint` says. */
  readonly certificate?: CertificateName;
  /** How long a session lasts, whatever was asked for. */
  readonly sessionSeconds?: number;
  /** What AssumeRoleWithOIDC takes for a token. */
  readonly oidcToken?: string;
  /** Answers in place of STS; false: STS answers. */
  readonly instead?: (action: string, response: ServerResponse) => boolean;
}

export interface StsServer extends TestServer {
  /** HOST:PORT for `sts_endpoint`, with the certificate `localhost`. */
  readonly endpoint: string;
  /** The sessions that were given, in order. */
  readonly sessions: readonly AccessKey[];
  /** The parameters of the calls of one action that came, in order. */
  calls(action: string): readonly Readonly<Record<string, string>>[];
  /** Who signed a request, an access key of this STS or a session that it gave. Throws KmsRefusal. */
  signerOf(request: RecordedRequest): AccessKey;
}

/**
 * Starts an STS on 127.0.0.1, over TLS, for one test: AssumeRole, AssumeRoleWithOIDC and GetCallerIdentity (API pages of STS,
 * 2015-04-01). It verifies signatures with the code of the embedded KMS.
 */
export async function startSts(options: StsOptions = {}): Promise<StsServer> {
  const sts = new Sts(options);
  const server = await startServer((request, response) => {
    sts.answer(request, response);
  }, options.certificate ?? 'sts');
  return {
    ...server,
    endpoint: `localhost:${server.port}`,
    sessions: sts.sessions,
    calls: (action) =>
      server.requests
        .filter((request) => actionOf(request) === action)
        .map(({ parameters }) => Object.fromEntries(parameters)),
    signerOf: (request) => sts.signerOf(request),
  };
}

/** The operation that a request asks for, or nothing if it asks for none. */
function actionOf(request: RecordedRequest): string {
  const header = request.headers['x-acs-action'];
  return typeof header === 'string' ? header : (request.parameters.get('Action') ?? '');
}

/** What STS alone answers. */
class StsRefusal extends Error {
  readonly code: string;
  readonly httpStatus: number;

  constructor(code: string, httpStatus: number, message: string) {
    super(message);
    this.code = code;
    this.httpStatus = httpStatus;
  }
}

class Sts {
  readonly sessions: AccessKey[] = [];
  readonly #options: StsOptions;
  readonly #nonces = new NonceMemory();

  constructor(options: StsOptions) {
    this.#options = options;
  }

  signerOf(request: RecordedRequest): AccessKey {
    const { accessKeys = [KNOWN_KEY] } = this.#options;
    return authenticate(rpcOf(request), {
      accessKeys: new Map([...accessKeys, ...this.sessions].map((key) => [key.accessKeyId, key])),
      nonces: this.#nonces,
      now: new Date(),
    });
  }

  answer(request: RecordedRequest, response: ServerResponse): void {
    const requestId = `sts-request-${this.sessions.length}`;
    try {
      const action = requestedAction(rpcOf(request));
      if (this.#options.instead?.(action, response) === true) return;
      json(response, { RequestId: requestId, ...this.#perform(action, request) });
    } catch (error) {
      if (!(error instanceof KmsRefusal || error instanceof StsRefusal)) throw error;
      const { code, message, httpStatus } = error;
      const body = { RequestId: requestId, HostId: 'sts.aliyuncs.com', Code: code };
      json(response, { ...body, Message: message }, httpStatus);
    }
  }

  #perform(action: string, request: RecordedRequest): object {
    switch (action) {
      case 'AssumeRole':
        return this.#assumeRole(request, this.signerOf(request).accountId);
      case 'AssumeRoleWithOIDC':
        if (request.parameters.get('OIDCToken') === this.#options.oidcToken) {
          return this.#assumeRole(request, ACCOUNT_ID);
        }
        throw new StsRefusal('AuthenticationFail.OIDCToken.Invalid', 400, 'The token is invalid.');
      case 'GetCallerIdentity':
        return identityOf(this.signerOf(request));
      default:
        throw refusal('InvalidAction.NotFound');
    }
  }

  #assumeRole({ parameters }: RecordedRequest, accountId: string): object {
    const role = /:role\/(.+)$/.exec(parameters.get('RoleArn') ?? '')?.[1];
    if (role === undefined) {
      throw new StsRefusal('InvalidParameter.RoleArn', 400, 'The parameter RoleArn is malformed.');
    }
    const number = this.sessions.length + 1;
    const seconds =
      this.#options.sessionSeconds ?? Number(parameters.get('DurationSeconds') ?? '3600');
    const token = `canary-token-${number}`;
    // As STS writes it, without milliseconds: never later than the moment itself.
    const expiresAt = new Date(Math.floor(Date.now() / 1000 + seconds) * 1000);
    const session: AccessKey = {
      accessKeyId: `STS.session${number}`,
      accessKeySecret: `canary-session-secret-${number}`,
      accountId,
      status: 'Active',
      userName: `${role}:${parameters.get('RoleSessionName') ?? ''}`,
      securityToken: { token, expiresAt },
    };
    this.sessions.push(session);
    return {
      AssumedRoleUser: { Arn: identityOf(session)['Arn'], AssumedRoleId: '33157794895460' },
      Credentials: {
        AccessKeyId: session.accessKeyId,
        AccessKeySecret: session.accessKeySecret,
        SecurityToken: token,
        Expiration: expiresAt.toISOString().replace('.000Z', 'Z'),
      },
    };
  }
}

function identityOf(key: AccessKey): Readonly<Record<string, string>> {
  const { accountId, userName } = key;
  const arn = `acs:ram::${accountId}`;
  const common = { AccountId: accountId, PrincipalId: '28877424437521', UserId: '216959339000' };
  if (userName === undefined) return { ...common, Arn: `${arn}:root`, IdentityType: 'Account' };
  if (key.securityToken === undefined) {
    return { ...common, Arn: `${arn}:user/${userName}`, IdentityType: 'RAMUser' };
  }
  const role = userName.replace(':', '/');
  return { ...common, Arn: `${arn}:assumed-role/${role}`, IdentityType: 'AssumedRoleUser' };
}

function rpcOf({ method, url, headers, body }: RecordedRequest): ReturnType<typeof readRpcRequest> {
  return readRpcRequest({
    method,
    target: `${url.pathname}${url.search}`,
    rawHeaders: Object.entries(headers).flatMap(([name, value]) => [name, String(value)]),
    body: Buffer.from(body),
  });
}
