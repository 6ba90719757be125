import { readRpcRequest } from '../../../src/local-kms/request/rpc-request.ts';
import { KmsRefusal } from '../../../src/local-kms/refusal.ts';
import { authenticate } from '../../../src/local-kms/signatures/authenticate.ts';
import { NonceMemory } from '../../../src/local-kms/signatures/nonce-memory.ts';
import type { AccessKey } from '../../../src/local-kms/state/state.ts';
import type { SignedRequest } from './test-kms.ts';
import type { Scheme, SigningCall } from './signers.ts';
import { signWith } from './signers.ts';

/** The moment at which the verifier stands still. */
export const NOW = '2026-01-02T03:04:05Z';

const common = {
  accountId: '1234567890123456',
  status: 'Active',
  accessKeySecret: 'testSK',
} as const;

export const PERMANENT: AccessKey = { ...common, accessKeyId: 'testAK' };
export const INACTIVE: AccessKey = { ...common, accessKeyId: 'inactiveAK', status: 'Inactive' };
export const TEMPORARY: AccessKey = {
  ...common,
  accessKeyId: 'STS.temporaryAK',
  securityToken: { token: 'CAIS+token/of==', expiresAt: new Date('2026-01-02T03:04:06Z') },
};
export const EXPIRED: AccessKey = {
  ...common,
  accessKeyId: 'STS.expiredAK',
  securityToken: { token: 'CAIS+old/token==', expiresAt: new Date(NOW) },
};

/** What the verification of a request came to: who signed it, or how it was refused. */
export interface Outcome {
  readonly accessKeyId?: string;
  readonly status?: number;
  readonly code?: string;
  readonly message?: string;
}

/** The verification of signatures alone, without sockets, at a fixed time and with fixed access keys. */
export class Verifier {
  readonly #nonces = new NonceMemory();
  readonly #accessKeys: ReadonlyMap<string, AccessKey>;
  readonly #now: Date;

  constructor(accessKeys = [PERMANENT, INACTIVE, TEMPORARY, EXPIRED], now = NOW) {
    this.#accessKeys = new Map(accessKeys.map((key) => [key.accessKeyId, key]));
    this.#now = new Date(now);
  }

  /** Signs a call at the fixed time, with the permanent access key if no other is named, and verifies it. */
  check(scheme: Scheme, call: SigningCall = {}): Outcome {
    return this.verify(this.sign(scheme, call));
  }

  sign(scheme: Scheme, call: SigningCall = {}): SignedRequest {
    const { accessKeyId, accessKeySecret } = PERMANENT;
    return signWith(scheme, { accessKeyId, accessKeySecret, date: NOW, ...call });
  }

  verify({ method, path, headers, body }: SignedRequest): Outcome {
    const rawHeaders = Object.entries(headers).flat();
    try {
      const request = readRpcRequest({ method, target: path, rawHeaders, body: Buffer.from(body) });
      const context = { accessKeys: this.#accessKeys, nonces: this.#nonces, now: this.#now };
      return { accessKeyId: authenticate(request, context).accessKeyId };
    } catch (error) {
      if (!(error instanceof KmsRefusal)) throw error;
      return { status: error.httpStatus, code: error.code, message: error.message };
    }
  }
}
