import type { DetailsOf } from '../../base/error-details.ts';
import { shellWord } from '../../base/text/shell-word.ts';
import type { HintsOf } from './hints-of.ts';

/** What to do about a lock: the old one of a lock file that was taken over counts again where it is deleted alone. */
function lockHint(otherwise: string): (details: DetailsOf<'journal-locked'>) => string {
  return ({ path, pid, elsewhere }) => {
    const first = otherwise.replace('PID', pid);
    return elsewhere === undefined
      ? `${first}; if it is not kmsx, delete ${shellWord(path)}`
      : `${first}; if the container or machine that it ran on was stopped: rm ${shellWord(path.replace(/\.\d+$/, ''))}.*`;
  };
}

/** After errors of the kind `unavailable`. */
export const UNAVAILABLE_HINTS: HintsOf<'unavailable'> = {
  'network-failed':
    'check the network, --region and --gateway; a dedicated gateway is reached from its VPC only',
  'tls-failed':
    'give the certificate authority with --ca-file PEM; verification cannot be turned off',
  'timed-out': 'try again, or give --timeout SECONDS and --deadline SECONDS',
  'not-kms': 'check --endpoint, --gateway and the proxy',
  'proxy-failed': 'check HTTPS_PROXY; NO_PROXY lists the hosts that are reached directly',
  'store-unreachable':
    'nothing else is wrong if the server runs and answers here: check the host, the port and the firewall, then try again',
  'store-tls-failed':
    'give the certificate authority of the server with --store-ca-file PEM, and the name that its certificate has as the host; verification cannot be turned off',
  'journal-locked': lockHint('wait for process PID to end'),
  'output-locked': lockHint('wait for process PID to end, or give another --out'),
  'record-locked': lockHint('wait for process PID to end'),
  'state-locked': lockHint('wait for process PID to end, or give local-kms another --state DIR'),
};
