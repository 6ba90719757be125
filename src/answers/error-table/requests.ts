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
    message: 'KMS misses a parameter in the request',
    hint: 'does this gateway know ACTION? a dedicated gateway may be older than the operation',
  },
  ParseRequestParameterException: {
    message: 'KMS could not read the parameters of the request',
    hint: 'something between here and KMS changes requests: try another network, or without the proxy',
  },
  ValidationError: {
    about: 'parameter',
    message: 'KMS would refuse the request: a parameter is not valid',
    hint: 'check the key id, the encryption context and the public key',
  },
  DryRunOperationError: {
    about: 'dry-run',
    message: 'KMS took the call for a dry run',
    hint: 'the call would have succeeded; something between here and KMS added DryRun',
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
    message: 'KMS does not take this HTTP method',
    hint: 'a proxy between here and KMS changes the method: name the gateway in NO_PROXY',
  },
  'InvalidAction.NotFound': {
    about: 'not-offered',
    message: 'this gateway does not know the operation',
    hint: 'ACTION is not offered here: use --gateway public or vpc, or have the KMS instance updated',
  },
  InvalidVersion: {
    message: 'this gateway does not know the version of the KMS API',
    hint: 'is the address that of KMS? check --endpoint',
  },
  InvalidSignatureMethod: {
    message: 'this gateway does not take the way in which requests are signed',
    hint: "kmsx signs as Alibaba Cloud's SDK does: check --endpoint and --gateway, or use a newer kmsx",
  },
  SignatureNonceUsed: {
    about: 'nonce',
    message: 'KMS has seen this very request before',
    hint: 'a proxy sends requests twice: name the gateway in NO_PROXY; running it again makes a new request',
  },
  IllegalTimestamp: {
    about: 'clock',
    message: 'KMS does not accept the time of the request',
    hint: 'set the clock of this machine: timedatectl set-ntp true; date -u compares; KMS allows 15 minutes',
  },
  'InvalidTimeStamp.Expired': {
    about: 'clock',
    message: 'the time of the request is too far from that of KMS',
    hint: 'set the clock of this machine: timedatectl set-ntp true lets NTP keep it; date -u compares; 15 minutes are allowed',
  },
  'InvalidTimeStamp.Format': {
    message: 'the time of the request has a form that KMS does not read',
    hint: 'something between here and KMS changes headers: try without the proxy, by NO_PROXY',
  },
};
