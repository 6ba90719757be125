import type { KmsErrorTheme } from './facts.ts';

/** What may pass: every code here is tried again within `--max-attempts` and `--deadline`. */
export const BUSY_ERRORS: KmsErrorTheme = {
  'Rejected.Throttling': {
    about: 'throttled',
    message: 'KMS gets too many calls from this account',
    hint: 'wait, or raise --deadline and --max-attempts; the quota counts the whole account',
  },
  Throttling: {
    about: 'throttled',
    message: 'the gateway gets too many calls',
    hint: 'wait a moment and try again; --max-attempts allows more attempts',
  },
  'Throttling.User': {
    about: 'throttled',
    message: 'the gateway gets too many calls from this user',
    hint: 'run fewer calls at a time with these credentials; --max-attempts allows more attempts',
  },
  'Throttling.Api': {
    about: 'throttled',
    message: 'the gateway gets too many calls of this operation',
    hint: 'run fewer ACTION calls at a time; --max-attempts allows more attempts',
  },
  InternalFailure: {
    message: 'KMS had an internal failure',
    hint: 'try again; if it keeps failing, open a ticket with the RequestId',
  },
  InternalError: {
    message: 'the gateway had an internal failure',
    hint: 'try again with a larger --deadline; if it keeps failing, give the RequestId to Alibaba Cloud support',
  },
  ServiceUnavailableTemporary: {
    message: 'KMS is temporarily unavailable',
    hint: 'try again later; status.alibabacloud.com lists known incidents',
  },
  ServiceUnavailable: {
    message: 'the gateway is temporarily unavailable',
    hint: 'try again in a few minutes; from inside a VPC, --gateway vpc is another way to KMS',
  },
};
