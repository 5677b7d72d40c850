import type { IConstruct } from 'constructs';

/**
 * What this library throws at synthesis.
 *
 * aws-cdk-lib has a class of the same name, but its constructor changed between releases
 * inside our peer range, so we keep our own. Never exported: jsii has no subclasses of Error.
 */
export class ValidationError extends Error {
  /**
   * @param code stable name of the refusal, for people who search for it
   * @param message names the prop, the value it got, what is allowed, and the remedy
   * @param scope the construct that refuses
   */
  constructor(public readonly code: string, message: string, scope?: IConstruct) {
    super(`${message}${scope === undefined ? '' : ` [${code} at ${scope.node.path}]`}`);
    this.name = 'ValidationError';
  }
}
