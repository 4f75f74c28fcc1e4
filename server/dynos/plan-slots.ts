import type { DynoId } from '../domain/ids.ts';
import { slotKey, type Crash } from './crash.ts';
import { isAlive, type Running, type RunningDyno } from './running.ts';
import { WEB, type RunnableRelease, type Slot } from './wanted.ts';

export interface Start {
  readonly runnable: RunnableRelease;
  readonly slot: Slot;
}

/** A part of a plan; parts are decided apart and merged. */
export interface Part {
  readonly start: readonly Start[];
  readonly stop: readonly DynoId[];
  readonly wake: readonly Date[];
}

export const NOTHING: Part = { start: [], stop: [], wake: [] };

export function mergeParts(parts: readonly Part[]): Part {
  return {
    start: parts.flatMap(({ start }) => start),
    stop: [...new Set(parts.flatMap(({ stop }) => stop))],
    wake: parts.flatMap(({ wake }) => wake),
  };
}

export interface TypeWish {
  readonly runnable: RunnableRelease;
  readonly type: string;
  /** The whole formation's. */
  readonly slots: readonly Slot[];
}

/** Starts what is missing of one process type, stops what is too much, replaces what is out of date. */
export function planType(wish: TypeWish, running: Running, now: Date): Part {
  const views = wish.slots
    .filter(({ type }) => type === wish.type)
    .map((slot) => viewSlot(slot, wish.runnable, running));
  const turn = replacementTurn(views);
  return mergeParts([
    ...views.map((view) => planSlot(view, { isTurn: view === turn, now })),
    { ...NOTHING, stop: excess(wish, running) },
  ]);
}

/** Whether each place of the type is held by a dyno that is up. */
export function isTypeUp(wish: TypeWish, running: Running): boolean {
  return wish.slots
    .filter(({ type }) => type === wish.type)
    .every((slot) => viewSlot(slot, wish.runnable, running).keep?.phase === 'up');
}

interface SlotView {
  readonly runnable: RunnableRelease;
  readonly slot: Slot;
  /** The dyno that holds the place. */
  readonly keep: RunningDyno | null;
  readonly doubles: readonly RunningDyno[];
  readonly outdated: readonly RunningDyno[];
  /** Whatever else is in the place, of any release, leaving ones too. */
  readonly others: readonly RunningDyno[];
  /** A start is under way, or an end has not been counted yet. */
  readonly unsettled: boolean;
  readonly crash: Crash | undefined;
}

function viewSlot(slot: Slot, runnable: RunnableRelease, running: Running): SlotView {
  const key = slotKey({ ...slot, release: runnable.release.id });
  const here = running.dynos.filter((dyno) => isAt(dyno, slot));
  const mine = here.filter((dyno) => slotKey(dyno) === key);
  const live = mine.filter(isAlive);
  const [keep = null, ...doubles] = live.filter((dyno) => fits(dyno, slot)).sort(byMerit);
  return {
    runnable,
    slot,
    keep,
    doubles,
    outdated: live.filter((dyno) => !fits(dyno, slot)),
    others: here.filter((dyno) => dyno !== keep),
    unsettled:
      running.launching.some((launch) => slotKey(launch) === key) ||
      mine.some(({ phase }) => phase === 'ended'),
    crash: running.crashes.get(key),
  };
}

function planSlot(
  view: SlotView,
  { isTurn, now }: { readonly isTurn: boolean; readonly now: Date },
): Part {
  const stop = [...view.doubles, ...(outdatedMayGo(view, isTurn) ? view.outdated : [])];
  const vacant = !view.keep && !view.unsettled && mayEnter(view, isTurn);
  const coolsOff = view.crash !== undefined && view.crash.nextTry > now;
  return {
    start: vacant && !coolsOff ? [{ runnable: view.runnable, slot: view.slot }] : [],
    stop: stop.map(({ dyno }) => dyno),
    wake: vacant && coolsOff ? [view.crash.nextTry] : [],
  };
}

/** A web dyno leaves when the next one is up, another before the next one starts. */
function outdatedMayGo({ slot, keep }: SlotView, isTurn: boolean): boolean {
  if (slot.type === WEB) return keep?.phase === 'up';
  return keep !== null || isTurn;
}

function mayEnter({ slot, outdated, others }: SlotView, isTurn: boolean): boolean {
  if (slot.type === WEB) return outdated.length === 0 || isTurn;
  return others.every(({ phase }) => phase === 'ended');
}

/** Dynos of a type are replaced one after the other. */
function replacementTurn(views: readonly SlotView[]): SlotView | undefined {
  const underWay = views.filter(isChanging);
  const first = views.find(({ outdated }) => outdated.length > 0);
  const goingOn = underWay.find(({ outdated }) => outdated.length > 0);
  return underWay.length > 0 ? goingOn : first;
}

function isChanging({ slot, keep, others, unsettled }: SlotView): boolean {
  if (unsettled || keep?.phase === 'starting') return true;
  return slot.type !== WEB && !keep && others.some(({ phase }) => phase === 'stopping');
}

function excess({ runnable, type, slots }: TypeWish, { dynos }: Running): readonly DynoId[] {
  return dynos
    .filter((dyno) => dyno.release === runnable.release.id && dyno.type === type && isAlive(dyno))
    .filter((dyno) => !slots.some((slot) => isAt(dyno, slot)))
    .map(({ dyno }) => dyno);
}

function isAt(dyno: RunningDyno, slot: Slot): boolean {
  return dyno.type === slot.type && dyno.index === slot.index;
}

function fits(dyno: RunningDyno, slot: Slot): boolean {
  return dyno.size === slot.size && !dyno.outdated;
}

/** Of two dynos in one place the one that is up stays, then the older one. */
function byMerit(one: RunningDyno, other: RunningDyno): number {
  if (one.phase !== other.phase) return one.phase === 'up' ? -1 : 1;
  return one.startedAt.getTime() - other.startedAt.getTime();
}
