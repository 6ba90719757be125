import type { JsonObject } from '../base/json.ts';
import type { KmsRefusal } from './refusal.ts';

/** A whole answer of KMS. */
export interface KmsAnswer {
  readonly httpStatus: number;
  readonly requestId: string;
  /** JSON in UTF-8, unless `contentType` says otherwise. */
  readonly body: Buffer;
  readonly contentType?: string;
  readonly retryAfterSeconds?: number;
}

/** What the HTTP server does about a request, after a delay (0 ms without a fault). */
export type Reply = Answered | Unanswered;

interface Answered {
  /** `cut-body`: half of the body is sent, then the connection ends. */
  readonly ending: 'whole' | 'cut-body';
  readonly answer: KmsAnswer;
  readonly delayMs: number;
}

interface Unanswered {
  /** The connection ends; or it stays open, and nothing is ever sent. */
  readonly ending: 'cut' | 'never';
  readonly delayMs: number;
}

/** The headers of every answer; `x-kmsx-embedded-kms` says that it is not the real KMS. */
export function answerHeaders(answer: KmsAnswer): Record<string, string> {
  const { contentType = 'application/json;charset=utf-8', retryAfterSeconds } = answer;
  const headers = {
    'content-type': contentType,
    'content-length': String(answer.body.length),
    'x-acs-request-id': answer.requestId,
    'x-kmsx-embedded-kms': '1',
  };
  if (retryAfterSeconds === undefined) return headers;
  return {
    ...headers,
    'retry-after': String(retryAfterSeconds),
    // The official SDKs and `aliyun` read this one, in milliseconds.
    'x-acs-retry-after': String(1000 * retryAfterSeconds),
  };
}

/** The answer to a call that succeeded: the operation's fields and the RequestId. */
export function successAnswer(requestId: string, fields: JsonObject): KmsAnswer {
  return answer(200, requestId, { ...fields, RequestId: requestId });
}

/**
 * The answer to a call that was refused, in the gateway's shape.
 *
 * @param host - the Host header; repeated as HostId if it looks like a host
 */
export function refusalAnswer(
  requestId: string,
  { httpStatus, code, message, details }: KmsRefusal,
  host = '',
): KmsAnswer {
  return answer(httpStatus, requestId, {
    RequestId: requestId,
    HostId: /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? host : '',
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Kms&requestId=${requestId}`,
    ...details,
  });
}

function answer(httpStatus: number, requestId: string, fields: JsonObject): KmsAnswer {
  return { httpStatus, requestId, body: Buffer.from(JSON.stringify(fields), 'utf8') };
}
