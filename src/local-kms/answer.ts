import type { JsonObject } from '../base/json.ts';
import type { KmsRefusal } from './refusal.ts';

/** An answer of KMS, whole. */
export interface KmsAnswer {
  readonly httpStatus: number;
  readonly requestId: string;
  /** JSON, UTF-8. */
  readonly body: Buffer;
}

/** The headers of every answer; `x-kmsx-embedded-kms` tells that it is not the real KMS. */
export function answerHeaders(answer: KmsAnswer): Record<string, string> {
  return {
    'content-type': 'application/json;charset=utf-8',
    'content-length': String(answer.body.length),
    'x-acs-request-id': answer.requestId,
    'x-kmsx-embedded-kms': '1',
  };
}

/** The answer to a call that succeeded: the operation's fields and the RequestId. */
export function successAnswer(requestId: string, fields: JsonObject): KmsAnswer {
  return answer(200, requestId, { ...fields, RequestId: requestId });
}

/**
 * The answer to a call that was refused, in the gateway's shape.
 *
 * @param host - the Host header; it is repeated as HostId where it looks like a host
 */
export function refusalAnswer(
  requestId: string,
  { httpStatus, code, message }: KmsRefusal,
  host = '',
): KmsAnswer {
  return answer(httpStatus, requestId, {
    RequestId: requestId,
    HostId: /^[A-Za-z0-9.:[\]-]{1,255}$/.test(host) ? host : '',
    Code: code,
    Message: message,
    Recommend: `https://api.aliyun.com/troubleshoot?q=${code}&product=Kms&requestId=${requestId}`,
  });
}

function answer(httpStatus: number, requestId: string, fields: JsonObject): KmsAnswer {
  return { httpStatus, requestId, body: Buffer.from(JSON.stringify(fields), 'utf8') };
}
