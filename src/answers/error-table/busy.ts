import type { KmsErrorTheme } from './facts.ts';

/** What may pass: every code here is tried again within `--max-attempts` and `--deadline`. */
export const BUSY_ERRORS: KmsErrorTheme = {
  'Rejected.Throttling': {
    message: 'KMS has too many calls of this account',
    hint: 'wait, or raise --deadline and --max-attempts; the quota counts the whole account',
  },
  Throttling: {
    message: 'the gateway has too many calls',
    hint: 'wait a moment and try again; --max-attempts allows more attempts',
  },
  'Throttling.User': {
    message: 'the gateway has too many calls of this user',
    hint: 'run fewer calls at a time with these credentials; --max-attempts allows more attempts',
  },
  'Throttling.Api': {
    message: 'the gateway has too many calls of this operation',
    hint: 'run fewer ACTION calls at a time; --max-attempts allows more attempts',
  },
  InternalFailure: {
    message: 'KMS failed inside',
    hint: 'try again; if it stays so, open a ticket with the RequestId',
  },
  InternalError: {
    message: 'the gateway failed inside',
    hint: 'try again with a larger --deadline; if it lasts, give the RequestId to the support',
  },
  ServiceUnavailableTemporary: {
    message: 'KMS is not available for now',
    hint: 'try again later; status.alibabacloud.com tells of known trouble',
  },
  ServiceUnavailable: {
    message: 'the gateway is not available for now',
    hint: 'try again in a few minutes; from inside a VPC, --gateway vpc is another way to KMS',
  },
};
