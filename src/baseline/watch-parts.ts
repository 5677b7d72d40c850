import { Annotations, Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { BaselineParts } from './baseline-parts';
import { EncryptionAuditTrail, trailOf } from '../audit';
import { EncryptionCompliance } from '../compliance';
import { AccessAnalyzer, KeyAccessAnalysis, SensitiveDataDiscovery } from '../exposure';
import { EncryptionAlarms, type Notify } from '../monitoring';
import type { GivenTrail } from './parts/baseline-audit-trail';
import type { Part } from './parts/part';
import { ValidationError } from '../private/errors';

/** Nobody decided, and nobody is surprised by a bill. */
const NOT_ASKED_FOR = 'nobody asked for it, since Amazon Macie is paid by the GB that it inspects';

/** Names of the parts, as the props have them. */
export type PartName = keyof BaselineParts;

const PARTS: readonly PartName[] = ['alarms', 'auditTrail', 'compliance', 'keyAccess', 'sensitiveData'];

/** Parts that tell through alarms. */
const TELLERS: readonly PartName[] = ['keyAccess', 'sensitiveData'];

/** Where parts are that nobody decided about, and how they are talked of. */
export interface Sharing {
  /** Without it parts are made here. */
  readonly shared?: WatchParts;
  /** Whether nobody made these: whoever uses them first says what they need to know. */
  readonly implicit?: boolean;
  /** Whether what is left out was agreed on by one word of the user, so that nobody has to read each of it. */
  readonly agreed?: boolean;
}

/**
 * The parts that watch, each made when somebody first asks for it: a stack whose baselines all have a trail of their own gets no
 * other one.
 */
export class WatchParts {
  private readonly made = new Map<PartName, unknown>();

  constructor(
    public readonly scope: Construct,
    private readonly choices: BaselineParts,
    private readonly notify: readonly Notify[],
    private readonly sharing: Sharing = {},
  ) {
    for (const part of sharing.agreed === true ? [] : PARTS.filter((one) => one !== 'sensitiveData')) {
      const because = this.decision(part)?.kind === 'left-out' ? this.leftOutBecause(part) : undefined;
      if (because !== undefined) { warnOfLeftOut(scope, part, because); }
    }
    const mute = this.leftOutBecause('alarms') === undefined ? undefined : TELLERS.find((part) => this.isMade(part));
    if (mute !== undefined) {
      throw new ValidationError('NobodyHears', `'${mute}' tells its findings through alarms, which are left out: leave it out too, with leaveOut() and a reason, or keep the alarms`, scope);
    }
    this.checkNotify();
    if (choices.alarms?._part.kind === 'given' && choices.auditTrail?._part.kind === 'given' && 'logGroup' in choices.auditTrail._part.given) {
      throw new ValidationError('LogGroupUnused', '\'auditTrail\' must not be a log group where \'alarms\' are given, since alarms count in the one that they were made with, got BaselineAuditTrail.useLogGroup(): give the log group to the alarms as trailLogGroup, and leave the trail out with the reason', scope);
    }
  }

  /** Why there is no such part, here or where it is shared. */
  public leftOutBecause(part: PartName): string | undefined {
    const decision = this.decision(part);
    const { shared } = this.sharing;
    if (decision?.kind === 'left-out') { return decision.because; }
    if (part === 'sensitiveData' && decision === undefined && shared === undefined) { return NOT_ASKED_FOR; }
    // What another one left out for its own buckets is not made here either.
    return decision === undefined ? shared?.leftOutBecause(part) : undefined;
  }

  /**
   * Whether the part is one of this baseline alone. Alarms count in the log group of a trail, and the analysis of access tells alarms:
   * whoever decides about a trail has alarms of their own, and with alarms an analysis.
   */
  public isOwn(part: PartName): boolean {
    if (this.sharing.shared === undefined || this.decision(part) !== undefined) { return true; }
    if (part === 'keyAccess') { return this.isOwn('alarms'); }
    return part === 'alarms' && this.decision('auditTrail') !== undefined;
  }

  /** Whether others may use the part as well: one that is shared, and one that was made elsewhere and given. */
  public isShared(part: PartName): boolean {
    return !this.isOwn(part) || this.decision(part)?.kind === 'given';
  }

  /** The trail, or what else is known of one. */
  public trail(): GivenTrail | undefined {
    const alarms = this.decision('auditTrail') === undefined ? this.choices.alarms?._part : undefined;
    // Alarms that are given count in a trail already: a second one would be paid for, and count for nobody.
    const theirs = alarms?.kind === 'given' ? trailOf(alarms.given._trailLogGroup) : undefined;
    if (theirs !== undefined) { return { trail: theirs }; }
    return this.once('auditTrail', this.choices.auditTrail?._part, (shared) => shared.trail(),
      (props) => ({ trail: new EncryptionAuditTrail(this.scope, 'AuditTrail', props) }));
  }

  public alarms(): EncryptionAlarms | undefined {
    const { notify } = this;
    const alarms = this.once('alarms', this.choices.alarms?._part, (shared) => shared.alarms(), (options) => {
      const trail = this.trail();
      if (trail !== undefined && 'trail' in trail) { this.checkTrailHere(trail.trail); }
      const logGroup = trail === undefined ? undefined : 'trail' in trail ? trail.trail.logGroup : trail.logGroup;
      const made = new EncryptionAlarms(this.scope, 'Alarms', { ...options, notify: [...notify], trailLogGroup: logGroup });
      if (this.sharing.agreed) { agree(made, 'EncryptionAlarms.detectionOff', (options?.choices ?? []).map(({ detection }) => detection.id)); }
      return made;
    });
    if (alarms === undefined) { return undefined; }
    alarms._alsoNotify(notify);
    const trail = this.isOwn('alarms') ? this.trail() : undefined;
    // And its key: nobody blinds the trail unheard. Of another region it is heard there.
    if (trail !== undefined && 'trail' in trail && Stack.of(trail.trail).region === Stack.of(alarms).region) { alarms.watch(trail.trail.bucket); }
    return alarms;
  }

  public compliance(): EncryptionCompliance | undefined {
    return this.once('compliance', this.choices.compliance?._part, (shared) => shared.compliance(), (props) => {
      const made = new EncryptionCompliance(this.scope, 'Compliance', props);
      if (this.sharing.agreed) { agree(made, 'EncryptionCompliance.ruleOff', (props?.choices ?? []).map(({ rule }) => rule.id)); }
      return made;
    });
  }

  public keyAccess(): KeyAccessAnalysis | undefined {
    return this.once('keyAccess', this.choices.keyAccess?._part, (shared) => shared.keyAccess(), (options) => {
      const alarms = this.alarms();
      // The analyzer of the account baseline is one for the whole account. Made there, it is there for this one.
      const ofAccount = this.sharing.shared?.choices.keyAccess?._part;
      const theirs = ofAccount?.kind === 'made' ? ofAccount.options.externalAccess : undefined;
      const known = theirs?._make === true ? AccessAnalyzer.existing() : theirs;
      return alarms === undefined ? undefined : new KeyAccessAnalysis(this.scope, 'KeyAccess', { externalAccess: known, ...options, alarms });
    });
  }

  public sensitiveData(): SensitiveDataDiscovery | undefined {
    return this.once('sensitiveData', this.choices.sensitiveData?._part, (shared) => shared.sensitiveData(), (options) => {
      const alarms = this.alarms();
      return alarms === undefined ? undefined : new SensitiveDataDiscovery(this.scope, 'SensitiveData', { ...options, alarms });
    });
  }

  /** Whether nobody has asked for any part yet. */
  public get unused(): boolean { return this.made.size === 0; }

  /** Whoever is to be notified has somebody who notifies, and the other way round. */
  private checkNotify(): void {
    const { notify, scope } = this;
    if (this.leftOutBecause('alarms') !== undefined && notify.length > 0) {
      throw new ValidationError('NotifiedForNothing', `'notify' must be [] where 'alarms' are left out, since nothing tells anybody, got ${notify.length}: keep the alarms, or name nobody`, scope);
    }
    const made = this.isOwn('alarms') ? this.isMade('alarms') && this.sharing.implicit !== true : this.sharing.shared?.sharing.implicit === true;
    if (made && this.leftOutBecause('alarms') === undefined && notify.length === 0) {
      throw new ValidationError('NobodyHears', '\'notify\' must name at least one that hears of a detection, got none: for example [Notify.email(\'security@example.com\')]', scope);
    }
  }

  /** A trail watches a bucket from its own stack, so alarms that count in its log group cannot be in the stack of the bucket. */
  private checkTrailHere(trail: EncryptionAuditTrail): void {
    if (Stack.of(trail) !== Stack.of(this.scope)) {
      throw new ValidationError('TrailElsewhere', `'alarms' must be in the stack of the trail, ${Stack.of(trail).node.path}, which names the bucket, so that each stack would wait for the other: make EncryptionAlarms or an EncryptionAccountBaseline there, and give it with BaselineAlarms.use() or BaselineAccount.use()`, this.scope);
    }
  }

  /** Whether the part is made here, sooner or later. */
  private isMade(part: PartName): boolean {
    return this.isOwn(part) && this.leftOutBecause(part) === undefined && this.decision(part)?.kind !== 'given';
  }

  private decision(part: PartName): Part<unknown, unknown> | undefined { return this.choices[part]?._part; }

  private once<Given, Options>(
    name: PartName, part: Part<Given, Options> | undefined, fromShared: (shared: WatchParts) => Given | undefined,
    make: (options?: Options) => Given | undefined,
  ): Given | undefined {
    const { shared } = this.sharing;
    if (shared !== undefined && !this.isOwn(name)) { return fromShared(shared); }
    if (this.leftOutBecause(name) !== undefined) { return undefined; }
    if (!this.made.has(name)) {
      this.made.set(name, part?.kind === 'given' ? part.given : make(part?.kind === 'made' ? part.options : undefined));
    }
    return this.made.get(name) as Given | undefined;
  }
}

function agree(made: Construct, warning: string, about: readonly string[]): void {
  for (const one of about) {
    Annotations.of(made).acknowledgeWarning(`cdk-s3-encryption:${warning}.${one}`, 'The account baseline, which is deployed elsewhere, has it.');
  }
}

/** Whoever reviews the stack reads what is missing, and why. */
export function warnOfLeftOut(scope: Construct, part: string, because: string): void {
  Annotations.of(scope).addWarningV2(`cdk-s3-encryption:EncryptionBaseline.leftOut.${part}`, `'${part}' is left out. Reason given: ${because}`);
}
