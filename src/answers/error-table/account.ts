import type { KmsErrorTheme } from './facts.ts';

/** The account as a whole. */
export const ACCOUNT_ERRORS: KmsErrorTheme = {
  'Forbidden.KmsServiceNotEnabled': {
    message: 'the account has not enabled KMS',
    hint: 'enable KMS in the console: kms.console.aliyun.com',
  },
  'Forbidden.ProhibitedByRiskControl': {
    message: "Alibaba Cloud's risk control refuses the call",
    hint: 'open a ticket with the RequestId',
  },
  'Forbidden.InDebt': {
    message: 'the account has an unpaid bill',
    hint: 'settle the bill in the billing console; KMS then works again',
  },
  'Forbidden.InDebtOverdue': {
    message: 'the account has an overdue bill',
    hint: 'settle the bill at once: keys of an overdue account are at risk',
  },
};
