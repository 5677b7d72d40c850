import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FileLedger } from './file-ledger';
import { filesOf, refuseSameFile } from './files';
import { Lock } from './lock';
import { objects } from './numbers';
import { type Ground, pass, type PassResult } from './pass';
import { needsSomebody } from './report';
import { show, showPlan } from './show';
import { EXIT, UsageError } from './usage';
import { type Checkpoint, NoLedger } from '../core/checkpoint';
import { rewrittenIn } from '../core/totals';

/** Writes, after somebody has allowed it: beforehand with --yes, or when they have seen the plan. */
export async function localRun(ground: Ground, counted: number | undefined): Promise<number> {
  const { options, io, talk } = ground;
  const files = filesOf(options, ground.fingerprint, io.cwd);
  await refuseSameFile(files, options, io.cwd);
  await mkdir(dirname(files.checkpoint), { recursive: true });
  const lock = await Lock.take(files.lock);
  try {
    const ledger = new FileLedger(files.checkpoint, files.failures, ground.fingerprint);
    const resumed = await ledger.load();
    if (resumed !== undefined) { talk.note(`Going on behind ${objects(resumed.totals.objects)} that are done: ${files.checkpoint}`); }
    const allowed = options.yes ? { total: counted } : await asked(ground, counted, resumed);
    if ('code' in allowed) { return allowed.code; }

    const result = await pass(ground, { doing: 'Re-encrypting', planOnly: false, ledger, total: allowed.total, resumed });
    const left = options.verify && result.complete ? await verify(ground, result) : undefined;
    return show(ground, { result, plan: false, files, left });
  } finally {
    await lock.release();
  }
}

async function asked(ground: Ground, counted: number | undefined, resumed: Checkpoint | undefined): Promise<{ total?: number } | { code: number }> {
  const { io, options, talk, signal } = ground;
  if (io.ask === undefined || options.json) { throw new UsageError(NOBODY_TO_ASK); }
  let question = 'Go on?';
  let total = counted;
  if (resumed === undefined) {
    const plan = await pass(ground, { doing: 'Planning', planOnly: true, ledger: new NoLedger(), total: counted });
    if (!plan.complete) { return { code: show(ground, { result: plan, plan: true }) }; }
    if (rewrittenIn(plan.totals) === 0) { return { code: nothingToDo(ground, plan) }; }
    showPlan(ground, plan);
    total = plan.totals.objects;
    question = `Re-encrypt ${objects(rewrittenIn(plan.totals))} in ${options.where.bucket}?`;
  }
  const answer = await io.ask(`${question} [y/N] `, signal);
  if (/^y(es)?$/i.test(answer?.trim() ?? '')) { return { total }; }
  talk.note('Nothing was written.');
  return { code: EXIT.failed };
}

/** The plan says what needs somebody; a run would say no more, and write nothing to the bucket either. */
function nothingToDo(ground: Ground, plan: PassResult): number {
  const code = show(ground, { result: plan, plan: true });
  if (needsSomebody(plan) === 0) { return code; }
  ground.talk.note('With --yes, what needs somebody is listed in a file.');
  return EXIT.someFailed;
}

/** A second look at everything, which writes nothing and must find nothing. */
async function verify(ground: Ground, result: PassResult): Promise<PassResult> {
  return pass(ground, { doing: 'Verifying', planOnly: true, ledger: new NoLedger(), total: result.totals.objects });
}

export const NOBODY_TO_ASK = 'there is nobody to ask (no terminal, or --json): look at --plan first, and then give --yes';
