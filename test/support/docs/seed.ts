/** A KMS with the KMS keys and the access key that pages and topics of help name. */
export const SEED = {
  Format: 'kmsx-local-kms-seed/1',
  DeriveFrom: 'the pages of documentation',
  Accounts: [
    {
      AccountId: '1234567890123456',
      AccessKeys: [{ AccessKeyId: 'LTAI5tExample', AccessKeySecret: 'exampleSecret' }],
      Keys: [
        { KeyId: '11111111-1111-4111-8111-111111111111', Aliases: ['alias/payments'] },
        { KeyId: '22222222-2222-4222-8222-222222222222', Aliases: ['alias/payments-2027'] },
        { KeyId: '33333333-3333-4333-8333-333333333333', Aliases: ['alias/rehearsal'] },
        {
          KeyId: 'key-hzz65f3a0b1c2d3e4f5g6',
          DKMSInstanceId: 'kst-hzz65f3a0b1c2d3e4f5g6',
        },
      ],
    },
  ],
};
