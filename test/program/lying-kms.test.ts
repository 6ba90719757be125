/* Every command and every lie of a KMS; test/interop has each lie for each command. */
import { describeLiesOfKms, onceEachReader } from '../support/kms/lies/describe-lies.ts';
import { ROWS } from '../support/kms/lies/rows.ts';

describeLiesOfKms(ROWS, onceEachReader(ROWS));
