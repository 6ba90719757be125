import type { KmsErrorTheme } from './facts.ts';

/**
 * What STS answers to AssumeRole and AssumeRoleWithOIDC (its pages of error codes; RRSA's page of ACK). GetCallerIdentity
 * has none of its own.
 */
export const STS_ERRORS: KmsErrorTheme = {
  NoPermission: {
    about: 'permission',
    message: 'these credentials may not assume the role',
    hint: 'allow sts:AssumeRole to the RAM user (never the account itself), and name it in the trust policy of the role',
  },
  'EntityNotExist.Role': {
    message: 'the role does not exist',
    hint: 'aliyun ram GetRole --RoleName NAME shows its ARN: acs:ram::ACCOUNT:role/NAME, with role/ in lower case',
  },
  'EntityNotExist.RoleArn': {
    message: 'the role of this ARN does not exist',
    hint: 'aliyun ram ListRoles lists the roles of the account; the ARN takes the account of the role, not yours',
  },
  'MissingParameter.RoleArn': {
    message: 'no role is set',
    hint: 'set ram_role_arn in the profile, or ALIBABA_CLOUD_ROLE_ARN',
  },
  'InvalidParameter.RoleArn': {
    message: 'the ARN of the role is malformed',
    hint: 'write it as acs:ram::ACCOUNT:role/NAME, in ram_role_arn of the profile or ALIBABA_CLOUD_ROLE_ARN',
  },
  'InvalidParameter.RoleSessionName': {
    message: 'the name of the role session is malformed',
    hint: 'ram_session_name, or ALIBABA_CLOUD_ROLE_SESSION_NAME: 2 to 64 letters, digits and . @ - _',
  },
  'InvalidParameter.DurationSeconds': {
    message: 'the role session is longer or shorter than allowed',
    hint: 'set expired_seconds of the profile to 900 or more, and at most what the role allows (3600 unless it says more)',
  },
  'InvalidParameter.PolicyGrammar': {
    message: 'the session policy of the role is malformed',
    hint: 'remove the session policy from the profile, or check it in the policy editor of the RAM console',
  },
  'InvalidParameter.PolicySize': {
    message: 'the session policy of the role is too long',
    hint: 'shorten the session policy of the profile, or limit the role by its own policies',
  },
  'AuthenticationFail.NoPermission': {
    message: 'the OIDC provider may not be used for this role, or is not registered',
    hint: 'check ALIBABA_CLOUD_OIDC_PROVIDER_ARN, and that the trust policy of the role names the provider and the subject',
  },
  'AuthenticationFail.OIDCToken.AudienceNotMatch': {
    message: 'the OIDC token is for another audience',
    hint: 'the audience of the token must be one of the provider: in a pod, audience: sts.aliyuncs.com',
  },
  'AuthenticationFail.OIDCToken.Expired': {
    message: 'the OIDC token has expired',
    hint: 'is the file of ALIBABA_CLOUD_OIDC_TOKEN_FILE still being renewed? it is read again for each session',
  },
  'AuthenticationFail.OIDCToken.HttpsUrlInvalid': {
    message: 'STS does not trust the certificate of the OIDC provider',
    hint: 'the issuer needs a certificate of a public authority, with its whole chain',
  },
  'AuthenticationFail.OIDCToken.Invalid': {
    message: 'the OIDC token is empty or damaged',
    hint: 'ALIBABA_CLOUD_OIDC_TOKEN_FILE must hold the token as issued: three parts separated by dots, signed with RS256',
  },
  'AuthenticationFail.OIDCToken.InvalidSignature': {
    message: 'the signature of the OIDC token is wrong',
    hint: 'was the token issued by this provider? the keys behind its jwks_uri must have signed it',
  },
  'AuthenticationFail.OIDCToken.IssuerConfigurationBroken': {
    message: 'STS could not fetch the public keys of the OIDC provider',
    hint: 'ISSUER/.well-known/openid-configuration must be public; for an ACK cluster enable RRSA',
  },
  'AuthenticationFail.OIDCToken.IssuerNotMatch': {
    message: 'the OIDC token comes from another issuer than the provider',
    hint: 'ALIBABA_CLOUD_OIDC_PROVIDER_ARN must name the provider whose issuer is the iss of the token',
  },
  'AuthenticationFail.OIDCToken.PublicKeyFingerprintMismatch': {
    message: 'the certificate of the OIDC provider does not have the registered fingerprint',
    hint: 'add the new fingerprint to the provider: aliyun ims AddFingerprintToOIDCProvider',
  },
};
