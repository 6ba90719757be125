import { describeLiesOfKms } from '../../support/kms/lies/describe-lies.ts';
import { ROWS } from '../../support/kms/lies/rows.ts';

/* Every command × every lie of a KMS; test/interop has the commands that make a key pair each time. */

describeLiesOfKms(ROWS);
