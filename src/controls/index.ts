export { ControlMappings } from './control-mappings';
export * as mappings from './mappings';
