import { draw } from './draws';
import type { Asked } from './operations';

/** Before the request reaches S3, or after S3 has done what it was asked for: the client cannot tell which. */
export type When = 'before' | 'after';

export type Fault =
  /** 503 SlowDown; S3 has done nothing. */
  | { readonly kind: 'slow-down' }
  /** 500 InternalError. */
  | { readonly kind: 'internal-error'; readonly when: When }
  /** No answer, for as long as the client holds the connection. */
  | { readonly kind: 'silence'; readonly when: When }
  /** The connection is reset. */
  | { readonly kind: 'reset'; readonly when: When }
  /** The connection is reset in the middle of the answer. */
  | { readonly kind: 'reset-in-answer' }
  /** The connection ends properly, and the body before its length is reached. */
  | { readonly kind: 'truncated' }
  /** 200, and an error in the body: https://docs.aws.amazon.com/AmazonS3/latest/API/API_CopyObject.html */
  | { readonly kind: 'error-in-200'; readonly when: When }
  /** A good answer that comes late. */
  | { readonly kind: 'latency'; readonly milliseconds: number };

export interface Rule {
  readonly fault: Fault;
  /** Share of the requests that it meets, from 0 to 1. */
  readonly rate: number;
  /** The only operations that it meets. */
  readonly operations?: readonly string[];
  /** The only methods that it meets. */
  readonly methods?: readonly string[];
  /** Storms: it meets the first `lasts` of every `every` requests. */
  readonly storm?: { readonly every: number; readonly lasts: number };
  /** It meets so many requests, and then no more. */
  readonly most?: number;
}

/** S3 sends these answers while it works, and may find out that it fails when the status is gone. */
const MAY_FAIL_LATE = ['CopyObject', 'CompleteMultipartUpload', 'UploadPartCopy'];

/** The first rule that meets this request. The seed and the number of the request decide, and nothing else. */
export class Faults {
  private readonly met: number[];

  constructor(private readonly seed: number, private readonly rules: readonly Rule[]) { this.met = rules.map(() => 0); }

  public of(request: Asked): Fault | undefined {
    const index = this.rules.findIndex((rule, at) => this.meets(rule, at, request));
    if (index < 0) { return undefined; }
    this.met[index] += 1;
    return this.rules[index].fault;
  }

  private meets(rule: Rule, at: number, { number, method, operation }: Asked): boolean {
    if (rule.operations !== undefined && !rule.operations.includes(operation)) { return false; }
    if (rule.methods !== undefined && !rule.methods.includes(method)) { return false; }
    if (rule.fault.kind === 'error-in-200' && !MAY_FAIL_LATE.includes(operation)) { return false; }
    if (rule.storm !== undefined && number % rule.storm.every >= rule.storm.lasts) { return false; }
    if (rule.most !== undefined && this.met[at] >= rule.most) { return false; }
    return draw(this.seed, number, at) < rule.rate;
  }
}

/** As it is counted: `internal-error after`. */
export function nameOf(fault: Fault): string {
  return 'when' in fault ? `${fault.kind} ${fault.when}` : fault.kind;
}
