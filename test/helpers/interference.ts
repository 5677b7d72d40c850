import type { IAspect, InjectionContext, IPropertyInjector } from 'aws-cdk-lib';
import type { IConstruct } from 'constructs';

/** An organisation's injector that puts its props over those of every construct of a class. */
export function injectInto(constructUniqueId: string, props: object): IPropertyInjector {
  return {
    constructUniqueId,
    inject: (original: object, _: InjectionContext) => ({ ...original, ...props }),
  };
}

/** An aspect from a function. */
export function onEach(visit: (node: IConstruct) => void): IAspect {
  return { visit };
}
