import type { AccessKey } from '../../../src/local-kms/state/state.ts';
import type { TestServer } from '../network/servers.ts';
import { startServer } from '../network/servers.ts';
import type { MetadataOptions } from './metadata-service.ts';
import { Metadata } from './metadata-service.ts';

export interface MetadataServer extends TestServer {
  /** What the role's credentials are. */
  readonly key: AccessKey;
}

/** Starts the metadata service of an instance on 127.0.0.1, for one test. */
export async function startMetadata(options: MetadataOptions): Promise<MetadataServer> {
  const metadata = new Metadata(options);
  const server = await startServer((request, response) => {
    metadata.answer(request, response);
  });
  return { ...server, key: metadata.key };
}
