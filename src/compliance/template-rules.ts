import { join } from 'path';

/** Where the rules are, seen from `lib/compliance` and from `src/compliance`. */
const FOLDER = join(__dirname, '..', '..', 'assets', 'compliance');

/** Those for each resource of a template by itself. */
export const TEMPLATE_RULES = join(FOLDER, 'template-rules');

/** Those for a template as a whole, which a hook looks at before the resources. */
export const STACK_RULES = join(FOLDER, 'stack-rules');
