import { LOCAL_REGION } from '../resource-name.ts';
import type { Operation } from './operation.ts';

/** Lists the regions, of which the embedded KMS has one. It needs no permission. */
export const describeRegions: Operation = {
  action: 'DescribeRegions',
  takesDryRun: false,
  onDedicatedGateway: false,
  run: () => ({ Regions: { Region: [{ RegionId: LOCAL_REGION }] } }),
};
