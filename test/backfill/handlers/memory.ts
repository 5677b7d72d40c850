import { Readable } from 'node:stream';
import { GetObjectCommand, PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { Operations } from '../../../src/runtime/operations';

/** An operations bucket in memory: texts by their keys. */
export class MemoryBucket {
  public readonly texts = new Map<string, string>();

  public get operations(): Operations {
    return new Operations({ send: this.send.bind(this) as unknown as S3Client['send'] }, 'operations');
  }

  public lines(key: string): string[] {
    return (this.texts.get(key) ?? '').split('\n').filter((line) => line !== '');
  }

  private async send(command: unknown): Promise<object> {
    if (command instanceof PutObjectCommand) {
      const { Key, Body } = command.input;
      this.texts.set(Key!, typeof Body === 'string' ? Body : (await (Body as Readable).toArray()).join(''));
      return { ETag: `"${this.texts.size}"` };
    }
    if (command instanceof GetObjectCommand) {
      const text = this.texts.get(command.input.Key!);
      if (text === undefined) { throw Object.assign(new Error('no such key'), { name: 'NoSuchKey' }); }
      return { Body: Object.assign(Readable.from([Buffer.from(text)]), { transformToString: async () => text }) };
    }
    throw new Error('another command was sent');
  }
}
