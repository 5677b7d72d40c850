#!/usr/bin/env node
import { main } from './command';
import { processIo } from './io';

// The SDK would warn about the age of Node on stderr, where machines read JSON lines with --json. It is a matter of whoever installs this.
process.env.AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED ??= 'true';

void main(process.argv.slice(2), processIo()).then((code) => { process.exitCode = code; });
