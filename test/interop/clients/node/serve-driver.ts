import { createInterface } from 'node:readline';
import type { Configuration, Introduction, Reply, Request } from '../protocol.ts';

/** A client that was made with a configuration. */
export interface DrivenClient {
  readonly introduction: Introduction;
  call(request: Request): Promise<Reply>;
}

/** Answers the runner's lines on stdin until it closes them. */
export async function serveDriver(
  makeClient: (configuration: Configuration) => DrivenClient,
): Promise<void> {
  let client: DrivenClient | undefined;
  for await (const line of createInterface({ input: process.stdin })) {
    const message = JSON.parse(line) as Configuration | Request;
    let answer: Introduction | Reply;
    if ('endpoint' in message) {
      client = makeClient(message);
      answer = client.introduction;
    } else if (client === undefined) {
      answer = { failed: 'no configuration yet' };
    } else {
      answer = await client.call(message).catch((error: unknown) => ({ failed: String(error) }));
    }
    process.stdout.write(`${JSON.stringify(answer)}\n`);
  }
}
