/** A place where the interpreter differs from Step Functions, and what stands there instead. */
export interface Correction {
  /** What is right, as AWS documents it. */
  readonly why: string;
  /** Text of the interpreter. It must be there exactly once. */
  readonly from: string;
  readonly to: string;
}

const IS_OPERATORS: readonly [flag: string, test: string][] = [
  ['isNullTrue', 'varValue === null'],
  ['IsPresentTrue', 'varValue !== void 0'],
  ['IsNumericTrue', 'typeof varValue === "number"'],
  ['IsStringTrue', 'typeof varValue === "string"'],
  ['IsBooleanTrue', 'typeof varValue === "boolean"'],
  ['IsTimestampTrue', 'isRFC3339Timestamp(varValue)'],
];

/**
 * Corrections of aws-local-stepfunctions 3.0.0. `host` is what the local service gives: see interpreter.ts.
 *
 * @see https://states-language.net/spec.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/intrinsic-functions.html
 * @see https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html
 */
export const CORRECTIONS: readonly Correction[] = [
  {
    why: 'a path that may find many values gives a list, also where it finds none',
    from: '  for (const Constraint of constraints) {\n    const constraintObject = new Constraint(pathExpression);',
    to: '  if (evaluation === void 0 && host.findsMany(pathExpression)) evaluation = [];\n'
      + '  for (const Constraint of constraints) {\n    const constraintObject = new Constraint(pathExpression);',
  },
  {
    why: 'a literal loses the backslashes of its escapes, and nothing else does',
    from: '      return arg.slice(1, lastSingleQuote);',
    to: '      return host.literal(arg.slice(1, lastSingleQuote));',
  },
  {
    why: 'the result of an intrinsic function keeps its backslashes, as in JSON within JSON',
    from: '    if (typeof result === "string") {\n      result = result.replaceAll("\\\\", "");\n    }\n    return result;',
    to: '    return host.unescaped(result);',
  },
  {
    why: 'a parenthesis within a literal opens and closes nothing',
    from: '    if (char === "(") {\n      parensCount++;\n    } else if (char === ")") {\n      parensCount--;\n    }',
    to: '    if (char === "(" && apostropheCount === 0) {\n      parensCount++;\n    } else if (char === ")" && apostropheCount === 0) {\n      parensCount--;\n    }',
  },
  {
    why: 'a function that fails is States.IntrinsicFailure',
    from: '  return functions[funcName].call(input, context, ...splitArgs);',
    to: '  return host.intrinsic(intrinsicFunction, () => functions[funcName].call(input, context, ...splitArgs));',
  },
  {
    why: 'every character of the second argument splits',
    from: '    return str.split(separator);',
    to: '    return host.split(str, separator);',
  },
  {
    why: 'JsonMerge makes a new object and leaves its arguments as they are',
    from: '    return Object.assign(obj1, obj2);',
    to: '    return { ...obj1, ...obj2 };',
  },
  ...IS_OPERATORS.map(([flag, test]): Correction => ({
    why: `a rule like ${flag.replace('True', '')}: false holds where true does not`, from: `      return ${flag} && ${test};`, to: `      return ${flag} === (${test});`,
  })),
  {
    why: 'in StringMatches only * is a wildcard, and a backslash escapes it',
    from: '      const isMatch = (0, import_wildcard_match.default)(choiceRule.StringMatches, { separator: false });',
    to: '      const isMatch = host.wildcard(choiceRule.StringMatches);',
  },
  {
    why: 'a Result may be 0, false or empty',
    from: '    if (this.stateDefinition.Result) {',
    to: '    if (this.stateDefinition.Result !== void 0) {',
  },
  {
    why: 'ResultPath $ is the whole output, and a reference path may have brackets',
    from: '  const sanitizedPath = path.replace("$.", "");',
    to: '  if (path === "$") return result;\n  const sanitizedPath = path.replace(/^\\$\\.?/, "");',
  },
  {
    why: '$$.Execution is that of the execution, also within Map and Parallel',
    from: '        Input: input,\n        StartTime: (/* @__PURE__ */ new Date()).toISOString()\n',
    to: '',
  },
  {
    why: '$$.State is the state that runs',
    from: '        const stateExecutor = new StateExecutor(currStateName, currState);',
    to: '        context.State = { Name: currStateName, EnteredTime: (/* @__PURE__ */ new Date()).toISOString(), RetryCount: 0 };\n'
      + '        const stateExecutor = new StateExecutor(currStateName, currState);',
  },
  {
    why: '$$.State.RetryCount counts the retries',
    from: '        return this.execute(input, context, options);',
    to: '        context.State.RetryCount += 1;\n        return this.execute(input, context, options);',
  },
  {
    why: 'the states of an item see $$.Map.Item, and no item starts once one has failed or the execution has ended',
    from: '    const execution = stateMachine.run(paramValue ?? item, options.runOptions);\n    this.executionAbortFuncs.push(execution.abort);\n'
      + '    this.forwardEventsToRootEventLogger(options.eventLogger, execution.eventLogs, index, options.rawInput);\n    return execution.result;',
    to: '    if (this.stopped || options.runOptions?._rootAbortSignal?.aborted) return Promise.resolve(null);\n'
      + '    const execution = stateMachine.run(paramValue ?? item, { ...options.runOptions, context: { ...options.runOptions?.context, Map: context.Map } });\n'
      + '    execution.result.catch(() => { this.stopped = true; });\n'
      + '    this.executionAbortFuncs.push(execution.abort);\n'
      + '    this.forwardEventsToRootEventLogger(options.eventLogger, execution.eventLogs, index, options.rawInput);\n    return execution.result;',
  },
  {
    why: 'a task without TimeoutSeconds has 99999999 seconds',
    from: '    let timeout = DEFAULT_TIMEOUT_SECONDS;',
    to: '    let timeout = host.defaultTaskTimeoutSeconds;',
  },
  {
    why: 'Promise.withResolvers is not in Node 20',
    from: '= Promise.withResolvers();',
    to: '= host.withResolvers();',
  },
  {
    why: 'a Fail state may compute its Error with an intrinsic function',
    from: '    if (state.ErrorPath) {\n      error = jsonPathQuery(',
    to: '    if (state.ErrorPath?.startsWith("States.")) {\n      error = evaluateIntrinsicFunction(state.ErrorPath, input, context);\n'
      + '    } else if (state.ErrorPath) {\n      error = jsonPathQuery(',
  },
  {
    why: 'a Fail state may compute its Cause with an intrinsic function',
    from: '    if (state.CausePath) {\n      cause = jsonPathQuery(',
    to: '    if (state.CausePath?.startsWith("States.")) {\n      cause = evaluateIntrinsicFunction(state.CausePath, input, context);\n'
      + '    } else if (state.CausePath) {\n      cause = jsonPathQuery(',
  },
  {
    why: 'nothing larger than 256 KiB passes between states',
    from: '        ({ stateResult: currResult, nextState, isEndState } = await stateExecutor.execute(currInput, context, options));',
    to: '        ({ stateResult: currResult, nextState, isEndState } = await stateExecutor.execute(currInput, context, options));\n'
      + '        host.checkSize(currResult, currStateName);',
  },
  {
    why: 'the local service waits less long than the machine says',
    from: 'function sleep(ms, abortSignal) {\n',
    to: 'function sleep(ms, abortSignal) {\n  ms = host.pace(ms);\n',
  },
];
