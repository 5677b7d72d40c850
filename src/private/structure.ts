import { DefaultTokenResolver, type IPostProcessor, type IResolvable, type IResolveContext, Reference, StringConcat, Token, type TokenizedStringFragments, Tokenization } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** Leaves strings as they are, and makes strings of references: they are resolved by the stack that has them in its template, when it is synthesized. */
class StructureResolver extends DefaultTokenResolver {
  constructor() { super(new StringConcat()); }

  public resolveToken(token: IResolvable, context: IResolveContext, postProcessor: IPostProcessor): unknown {
    return Reference.isReference(token) ? Token.asString(token) : super.resolveToken(token, context, postProcessor);
  }

  public resolveString(fragments: TokenizedStringFragments): unknown { return fragments.join(new StringConcat()); }
}

/**
 * A value whose objects and lists can be read, with the tokens in its strings.
 *
 * Before synthesis a reference into another stack resolves to a logical id of that stack. Whoever puts what is resolved back into a
 * resource has a template that names what is not in it.
 */
export function structureOf(scope: IConstruct, value: unknown): unknown {
  return Tokenization.resolve(value, { scope, resolver: new StructureResolver(), preparing: false });
}
