import { describeLiesOfKms } from '../../support/kms/lies/describe-lies.ts';
import { ROWS, SLOW_ROWS } from '../../support/kms/lies/rows.ts';

/* Every command × every lie of a KMS. */

describeLiesOfKms([...ROWS, ...SLOW_ROWS]);
