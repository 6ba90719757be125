import { describe, expect, test } from 'vitest';
import { factsByStatus, KMS_ERRORS } from '../../../src/kms/error-table.ts';

/** Every code that the KMS documentation, its gateway and its dry runs are known to give, with its kind. */
const CODES: Readonly<Record<string, 'credentials' | 'kms' | 'unavailable'>> = {
  InvalidParameter: 'kms',
  MissingParameter: 'kms',
  ParseRequestParameterException: 'kms',
  UnsupportedOperation: 'kms',
  IncompleteSignature: 'credentials',
  IllegalTimestamp: 'kms',
  'Rejected.LimitExceeded': 'kms',
  'Rejected.ResourceExist': 'kms',
  'Forbidden.ResourceNotFound': 'kms',
  AliasAlreadyExists: 'kms',
  InvalidKeyMaterial: 'kms',
  InvalidImportToken: 'kms',
  ExpiredImportToken: 'kms',
  'Unsupported.Origin': 'kms',
  'Unsupported.Alias': 'kms',
  'Forbidden.NoPermission': 'credentials',
  'Forbidden.AccessKey': 'credentials',
  'Forbidden.KmsServiceNotEnabled': 'kms',
  'Forbidden.ProhibitedByRiskControl': 'kms',
  'Forbidden.InDebt': 'kms',
  'Forbidden.InDebtOverdue': 'kms',
  UnsupportedHTTPMethod: 'kms',
  'InvalidAccessKeyId.NotFound': 'credentials',
  'Forbidden.KeyNotFound': 'kms',
  'Forbidden.KeyVersionNotFound': 'kms',
  'Forbidden.AliasNotFound': 'kms',
  'InvalidAction.NotFound': 'kms',
  'Rejected.Disabled': 'kms',
  'Rejected.PendingDeletion': 'kms',
  'Rejected.PendingImport': 'kms',
  'Rejected.Unavailable': 'kms',
  'Rejected.StateModifiedFailed': 'kms',
  InternalFailure: 'unavailable',
  ServiceUnavailableTemporary: 'unavailable',
  SignatureDoesNotMatch: 'credentials',
  SignatureNonceUsed: 'kms',
  'InvalidTimeStamp.Expired': 'kms',
  'InvalidSecurityToken.Expired': 'credentials',
  'InvalidSecurityToken.Malformed': 'credentials',
  'InvalidSecurityToken.MismatchWithAccessKey': 'credentials',
  MissingSecurityToken: 'credentials',
  'InvalidAccessKeyId.Inactive': 'credentials',
  InvalidVersion: 'kms',
  Throttling: 'unavailable',
  'Throttling.User': 'unavailable',
  'Throttling.Api': 'unavailable',
  'Rejected.Throttling': 'unavailable',
  DryRunOperationError: 'kms',
  ValidationError: 'kms',
  AccessDeniedError: 'credentials',
};

describe('the table of KMS errors', () => {
  test('has every known code and no other', () => {
    expect(Object.keys(KMS_ERRORS).sort()).toEqual(Object.keys(CODES).sort());
  });

  test.each(Object.entries(CODES))('%s is of the kind %s', (code, kind) => {
    expect(KMS_ERRORS[code]?.kind).toBe(kind);
  });

  test('says for each code what is wrong and what to do, in words of its own', () => {
    const facts = Object.values(KMS_ERRORS);
    expect(new Set(facts.map(({ hint }) => hint)).size).toBe(facts.length);
    expect(new Set(facts.map(({ message }) => message)).size).toBe(facts.length);
    for (const { hint, message } of facts) {
      for (const text of [hint, message]) {
        expect(text).toMatch(/^\S.{10,}[^.\s]$/);
        expect(text).not.toContain('\n');
      }
      expect(message).toMatch(/^(?:[a-z]|KMS|Alibaba)/);
    }
  });
});

test.each([
  [400, 'kms'],
  [401, 'credentials'],
  [403, 'credentials'],
  [404, 'kms'],
  [409, 'kms'],
  [429, 'unavailable'],
  [500, 'unavailable'],
  [599, 'unavailable'],
])('an unknown code with status %i is of the kind %s', (status, kind) => {
  expect(factsByStatus(status).kind).toBe(kind);
});
