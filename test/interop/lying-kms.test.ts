import { describeLiesOfKms } from '../support/kms/lies/describe-lies.ts';
import { SLOW_ROWS } from '../support/kms/lies/rows.ts';

describeLiesOfKms(SLOW_ROWS);
