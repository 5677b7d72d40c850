// Stands in for the Lambda runtime: loads a handler once and calls it for each event that its parent sends.
// It is JavaScript because plain Node runs it, on the code of a cloud assembly.
'use strict';

const fs = require('node:fs');
const http = require('node:http');
const https = require('node:https');
const path = require('node:path');

const [directory, handlerName] = process.argv.slice(2);
let responseUrl;

// A custom resource's handler takes host and path of its ResponseURL and calls https on the default port, because in
// AWS that is what the URL always is. The one request that goes to them is sent to the listener.
const realRequest = https.request;
https.request = (...args) => {
  const options = typeof args[0] === 'string' || args[0] instanceof URL ? urlOptions(new URL(args[0])) : args[0];
  const toListener = responseUrl && (options.hostname ?? options.host) === responseUrl.hostname && options.path === responseUrl.pathname;
  if (!toListener) return realRequest.apply(https, args);
  const rest = args.slice(1).filter((arg) => typeof arg === 'function');
  const extra = args.slice(1).find((arg) => typeof arg === 'object') ?? {};
  return http.request({ ...options, ...extra, protocol: 'http:', host: undefined, hostname: responseUrl.hostname, port: responseUrl.port, agent: undefined }, ...rest);
};

function urlOptions(url) {
  return { hostname: url.hostname, path: url.pathname + url.search };
}

function load() {
  const dot = handlerName.lastIndexOf('.');
  const file = path.join(directory, handlerName.slice(0, dot));
  if (!['', '.js', '.cjs'].some((extension) => fs.existsSync(file + extension))) {
    throw named('Runtime.ImportModuleError', `Error: Cannot find module '${path.basename(file)}'`);
  }
  let loaded;
  try {
    loaded = require(file);
  } catch (error) {
    if (error instanceof SyntaxError) throw named('Runtime.UserCodeSyntaxError', `SyntaxError: ${error.message}`);
    throw error;
  }
  const handler = loaded[handlerName.slice(dot + 1)];
  if (typeof handler !== 'function') throw named('Runtime.HandlerNotFound', `${handlerName} is undefined or not exported`);
  return handler;
}

function named(name, message) {
  return Object.assign(new Error(message), { name });
}

// An asynchronous handler ends with its promise. Any other ends through its callback or the methods of its context.
// If Node has nothing more to do before that, the result is null, as on AWS: the parent's channel does not count as
// something to do while a handler runs.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    Object.assign(context, { done, succeed: resolve, fail: reject });
    process.once('beforeExit', () => resolve(null));
    const returned = handler(event, context, done);
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
  });
}

async function invoke(handler, { id, event, deadline, functionArn, version }) {
  responseUrl = typeof event?.ResponseURL === 'string' ? new URL(event.ResponseURL) : undefined;
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: version,
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: id,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    callbackWaitsForEmptyEventLoop: true,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  process.channel.unref();
  try {
    const result = await call(handler, event, context);
    return { kind: 'result', id, payload: JSON.stringify(result) ?? 'null' };
  } catch (error) {
    return { kind: 'error', id, ...described(error) };
  } finally {
    process.removeAllListeners('beforeExit');
    process.channel?.ref();
  }
}

// https://docs.aws.amazon.com/lambda/latest/dg/nodejs-exceptions.html
function described(error) {
  if (!(error instanceof Error)) return { errorType: typeof error, errorMessage: String(error) };
  return { errorType: error.name, errorMessage: error.message, trace: String(error.stack).split('\n') };
}

// What outlives its parent would never be ended.
process.on('disconnect', () => process.exit(0));
try {
  const handler = load();
  process.on('message', async (message) => process.send(await invoke(handler, message)));
  process.send({ kind: 'ready' });
} catch (error) {
  process.send({ kind: 'initError', ...described(error) }, () => process.exit(1));
}
