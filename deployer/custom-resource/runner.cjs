// Stands in for the Lambda runtime: loads a handler, calls it once with the event from stdin, and ends.
// It is JavaScript because plain Node runs it, on the code of a cloud assembly.
'use strict';

const http = require('node:http');
const https = require('node:https');
const path = require('node:path');

const [directory, handlerName, functionArn] = process.argv.slice(2);

// A handler takes host and path of its ResponseURL and calls https on the default port, because in AWS that is
// what the URL always is. The one request that goes to the host and path of the ResponseURL is sent to the listener.
function answerOverHttp(responseUrl) {
  const target = new URL(responseUrl);
  const realRequest = https.request;
  https.request = (...args) => {
    const options = typeof args[0] === 'string' || args[0] instanceof URL ? urlOptions(new URL(args[0])) : args[0];
    const toListener = (options.hostname ?? options.host) === target.hostname && options.path === target.pathname;
    if (!toListener) return realRequest.apply(https, args);
    const rest = args.slice(1).filter((arg) => typeof arg === 'function');
    const extra = args.slice(1).find((arg) => typeof arg === 'object') ?? {};
    return http.request({ ...options, ...extra, protocol: 'http:', host: undefined, hostname: target.hostname, port: target.port, agent: undefined }, ...rest);
  };
}

function urlOptions(url) {
  return { hostname: url.hostname, path: url.pathname + url.search };
}

async function readStdin() {
  const chunks = [];
  for await (const chunk of process.stdin) chunks.push(chunk);
  return JSON.parse(Buffer.concat(chunks).toString('utf8'));
}

async function main() {
  const { event, deadline } = await readStdin();
  answerOverHttp(event.ResponseURL);
  const dot = handlerName.lastIndexOf('.');
  const loaded = require(path.join(directory, handlerName.slice(0, dot)));
  const handler = loaded[handlerName.slice(dot + 1)];
  if (typeof handler !== 'function') throw new Error(`the code has no handler ${handlerName}`);
  const context = {
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: '$LATEST',
    invokedFunctionArn: functionArn,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    awsRequestId: event.RequestId,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    getRemainingTimeInMillis: () => Math.max(0, deadline - Date.now()),
  };
  return call(handler, event, context);
}

// An asynchronous handler ends with its promise. Any other ends through its callback or the methods of its
// context, or when Node has nothing more to do.
function call(handler, event, context) {
  return new Promise((resolve, reject) => {
    const done = (error, result) => (error ? reject(error) : resolve(result));
    Object.assign(context, { done, succeed: resolve, fail: reject });
    const returned = handler(event, context, done);
    if (typeof returned?.then === 'function') returned.then(resolve, reject);
  });
}

main().then(
  () => process.exit(0),
  (error) => {
    console.error(error?.stack ?? error);
    process.exit(1);
  },
);
