export * from './bucket-default-key';
export * from './bucket-default-key-props';
export * from './bucket-sse-c-blocked';
export * from './bucket-tls-only';
export * from './bucket-uploads-under-key';
