import type { KmsErrorTheme } from './facts.ts';

/** Requests that are not right, or that a gateway does not offer. */
export const REQUEST_ERRORS: KmsErrorTheme = {
  InvalidParameter: {
    about: 'parameter',
    message: 'KMS does not accept a parameter of the request',
    hint: 'is the encryption context the one that was used before, and does the public key fit the wrapping algorithm?',
  },
  MissingParameter: {
    about: 'missing-parameter',
    message: 'a parameter is missing from the request',
    hint: 'does this gateway know ACTION? a dedicated gateway may be older than the operation',
  },
  ParseRequestParameterException: {
    message: 'KMS could not read the parameters of the request',
    hint: 'something on the way to KMS changes requests: try another network, or no proxy',
  },
  ValidationError: {
    about: 'parameter',
    message: 'KMS would refuse the request: a parameter is invalid',
    hint: 'check the key id, the encryption context and the public key',
  },
  DryRunOperationError: {
    about: 'dry-run',
    message: 'KMS treated the call as a dry run',
    hint: 'the call would have succeeded; something on the way to KMS added DryRun',
  },
  UnsupportedOperation: {
    about: 'not-offered',
    message: 'KMS does not offer this operation for this key or gateway',
    hint: 'a data key needs a symmetric KMS key (ENCRYPT/DECRYPT); dedicated gateways offer fewer operations',
    mayBeClosedInstance: true,
  },
  'Rejected.UnsupportedOperation': {
    message: 'KMS rejects this operation for a key of this kind',
    hint: 'kmsx list-keys shows KeySpec, KeyUsage and Origin, which decide what a key can do',
    mayBeClosedInstance: true,
  },
  UnsupportedHTTPMethod: {
    message: 'KMS does not accept this HTTP method',
    hint: 'a proxy on the way to KMS changes the method: name the gateway in NO_PROXY',
  },
  'InvalidAction.NotFound': {
    about: 'not-offered',
    message: 'this gateway does not know the operation',
    hint: 'ACTION is not offered here: use --gateway public or vpc, or have the KMS instance updated',
  },
  InvalidVersion: {
    message: 'this gateway does not know the version of the KMS API',
    hint: 'is this the address of KMS? check --endpoint',
  },
  InvalidSignatureMethod: {
    message: 'this gateway does not accept the signature method of the request',
    hint: "kmsx signs like Alibaba Cloud's SDK: check --endpoint and --gateway, or use a newer kmsx",
  },
  SignatureNonceUsed: {
    about: 'nonce',
    message: 'KMS has already received this request',
    hint: 'a proxy sends requests twice: name the gateway in NO_PROXY; run the command again to make a new request',
  },
  IllegalTimestamp: {
    about: 'clock',
    message: 'KMS does not accept the time of the request',
    hint: 'set the clock of this machine: timedatectl set-ntp true; check it with date -u; KMS allows 15 minutes',
  },
  'InvalidTimeStamp.Expired': {
    about: 'clock',
    message: 'the time of the request is too far from that of KMS',
    hint: 'set the clock of this machine: timedatectl set-ntp true synchronizes it; check it with date -u; KMS allows 15 minutes',
  },
  'InvalidTimeStamp.Format': {
    message: 'the time of the request is in a format that KMS cannot read',
    hint: 'something on the way to KMS changes headers: bypass the proxy with NO_PROXY',
  },
};
