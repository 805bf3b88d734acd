/**
 * What this browser notes of people's outboxes outside of the databases: so that a database that the browser throws away is missed,
 * and so that the next person on a shared tablet can be told that something of somebody's still waits here.
 */
import { keptAs } from '../base';
import type { DeviceEvents, Noted } from './types';

const KEY = keptAs('doorstep.kept');

/** By person; empty where nothing can be kept. */
export function keptHere(): Record<string, Noted> {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') as Record<string, Noted>;
  } catch {
    return {};
  }
}

export function note({ sub, noted }: DeviceEvents['noted']): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...keptHere(), [sub]: noted }));
  } catch {
    // Nothing can be noted in this browser; the centre still notices what was announced to it.
  }
}
