import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { StateMachine } from 'aws-local-stepfunctions' with { 'resolution-mode': 'import' };
import { CORRECTIONS } from './corrections';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html (maximum input or output size) */
export const MOST_BYTES_BETWEEN_STATES = 262_144;
/** The default of AWS is 99999999 seconds; this is as long as a timer of Node can wait. */
const LONGEST_TIMER_SECONDS = 2_147_483;
/** Stand for the braces that a literal escapes, until the function that gets it is done. */
const OPENING = '\uE000';
const CLOSING = '\uE001';

export interface InterpreterOptions {
  /** How long to wait instead, for Wait states and between retries, in milliseconds. */
  readonly pace: (milliseconds: number) => number;
  /** @default - all: a test takes one out */
  readonly corrections?: typeof CORRECTIONS;
}

type StateMachineClass = typeof StateMachine;

/** Loads aws-local-stepfunctions with what it does differently from Step Functions corrected. */
export function loadInterpreter({ pace, corrections = CORRECTIONS }: InterpreterOptions): StateMachineClass {
  const file = require.resolve('aws-local-stepfunctions');
  const module = { exports: {} as { StateMachine: StateMachineClass } };
  const run = new Function('exports', 'require', 'module', 'host', corrected(readFileSync(file, 'utf8'), corrections));
  run(module.exports, createRequire(file), module, hostOf(pace));
  return module.exports.StateMachine;
}

function corrected(source: string, corrections: typeof CORRECTIONS): string {
  return corrections.reduce((text, { why, from, to }) => {
    const parts = text.split(from);
    if (parts.length !== 2) throw new Error(`aws-local-stepfunctions is not the version that emulator/step-functions corrects: ${why}`);
    return parts.join(to);
  }, source);
}

function hostOf(pace: InterpreterOptions['pace']): Record<string, unknown> {
  return {
    pace,
    defaultTaskTimeoutSeconds: LONGEST_TIMER_SECONDS,
    findsMany: (path: string) => /\[\s*\*|\[\s*\?|\.\.|\.\*|\[[^\]']*[:,]/.test(path),
    literal: (text: string) => text.replace(/\\(.)/g, (_, character: string) => character === '{' ? OPENING : character === '}' ? CLOSING : character),
    unescaped,
    split: (text: string, separators: string) => {
      const parts = [...text].reduce((all, character) => {
        if (separators.includes(character)) return [...all, ''];
        return [...all.slice(0, -1), all.at(-1)! + character];
      }, ['']);
      // AWS documents no answer for these, and machines must not depend on one.
      if (parts.length > 1 && parts.includes('')) throw new Error(`States.StringSplit of '${text}' has empty parts, for which AWS documents no answer`);
      return parts;
    },
    wildcard: (pattern: string) => {
      const source = pattern.replace(/\\(.)|([.+?^${}()|[\]\\])|(\*)/g, (whole, escaped?: string, special?: string, star?: string) =>
        star ? '[^]*' : special ? `\\${whole}` : escaped!.replace(/[^\w\s]/, '\\$&'));
      const expression = new RegExp(`^${source}$`);
      return (text: unknown) => typeof text === 'string' && expression.test(text);
    },
    intrinsic: (call: string, evaluate: () => unknown) => {
      try {
        return evaluate();
      } catch (error) {
        const { name, message } = error as Error;
        if (name === 'States.IntrinsicFailure' || /^Path expression/.test(message)) throw error;
        throw Object.assign(new Error(`The function '${call}' failed: ${message}`), { name: 'States.IntrinsicFailure' });
      }
    },
    withResolvers: () => {
      let resolve: unknown;
      let reject: unknown;
      const promise = new Promise((done, failed) => { resolve = done; reject = failed; });
      return { promise, resolve, reject };
    },
    checkSize: (result: unknown, state: string) => {
      const bytes = Buffer.byteLength(JSON.stringify(result) ?? '');
      if (bytes <= MOST_BYTES_BETWEEN_STATES) return;
      throw Object.assign(new Error(`The state '${state}' returned a result with a size of ${bytes} bytes, exceeding the maximum number of bytes service limit`), {
        name: 'States.DataLimitExceeded',
      });
    },
  };
}

function unescaped(value: unknown): unknown {
  if (typeof value === 'string') return value.replaceAll(OPENING, '{').replaceAll(CLOSING, '}');
  return Array.isArray(value) ? value.map(unescaped) : value;
}
