'use strict';
// Names under localhost are this machine (RFC 6761, 6.3), which not every resolver knows. Clients of S3 Control put the
// account before the host, as in 123456789012.localhost: node -r ./emulator/localhost-dns.cjs program.js
const dns = require('node:dns');

const LOCAL = /(^|\.)localhost\.?$/i;
const ADDRESS = { address: '127.0.0.1', family: 4 };
const lookup = dns.lookup;
const lookupPromise = dns.promises.lookup;

dns.lookup = function localhostLookup(hostname, options, callback) {
  if (!LOCAL.test(String(hostname))) { return lookup.call(this, hostname, options, callback); }
  const done = typeof options === 'function' ? options : callback;
  const all = typeof options === 'object' && options !== null && options.all === true;
  process.nextTick(() => (all ? done(null, [ADDRESS]) : done(null, ADDRESS.address, ADDRESS.family)));
  return {};
};

dns.promises.lookup = async function localhostLookup(hostname, options) {
  if (!LOCAL.test(String(hostname))) { return lookupPromise.call(this, hostname, options); }
  return options?.all === true ? [ADDRESS] : ADDRESS;
};
